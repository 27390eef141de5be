"""The schema's history: a revision a change, run by Alembic, packaged with CallCoach. `upgrade` applies what lacks."""
