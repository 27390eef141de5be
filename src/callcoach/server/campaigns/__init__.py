"""Campaigns: their pages, the part with the number an agent calls, the do-not-call list."""
