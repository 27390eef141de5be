"""Rows of what is done around a call: notes, outcomes, callbacks, scripts, complaints, surveys."""
