"""Trends over calls: rolled up when calls and reviews change (`rolling`), read for the pages (`reading`, `rules`)."""
