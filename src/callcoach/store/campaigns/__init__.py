"""Campaigns: kept, their numbers taken by one agent at a time, attempts, who is not to be called."""
