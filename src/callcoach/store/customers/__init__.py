"""Customers: cards by id and number, lists, changes, doubles, notes, tiers."""
