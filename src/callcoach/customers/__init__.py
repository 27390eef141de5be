"""Customers and contacts as plain logic: numbers, how names are found, tiers, types. Knows no web and no database."""
