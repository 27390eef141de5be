"""Watched folders: how they were seen, and what became of their files."""
