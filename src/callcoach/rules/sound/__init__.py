"""Matching by sound: where a phrase was probably said though the recogniser wrote something else."""
