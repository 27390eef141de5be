"""Campaigns of calls as plain logic: when one may call, what an attempt ends as, what follows from it."""
