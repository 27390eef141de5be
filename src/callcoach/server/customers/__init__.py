"""Customers: their cards, the part of a card that pops up at the desk, the address that opens the CRM."""
