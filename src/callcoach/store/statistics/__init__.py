"""Figures of calls, of agents' time and of the work around calls: counted, never kept twice."""
