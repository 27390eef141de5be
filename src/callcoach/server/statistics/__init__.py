"""Statistics of calls, agents' time and the work around calls: one page, and the same over the API."""
