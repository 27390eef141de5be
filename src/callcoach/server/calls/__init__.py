"""Calls: lists, one call, its sound and analysis, bringing one in."""
