"""Reviews in the database: sheets of events, what follows from them, and who is to review what."""
