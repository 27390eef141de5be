"""Scores: findings and a rubric in, a scorecard out."""
