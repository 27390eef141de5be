"""Trainers write rules at a browser: drafts, trying them on past calls, publishing them in versions."""
