"""Showing an analysed call to a person: HTML page, terminal."""
