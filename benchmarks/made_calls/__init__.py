"""Calls made for measuring: dialogues in our own words, spoken by a synthetic voice, over good and bad lines."""
