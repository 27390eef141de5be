"""Whether the team is getting better: figures over time, by agent and by rule; coaching and what came of it; praise."""
