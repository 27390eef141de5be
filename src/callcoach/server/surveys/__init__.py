"""Satisfaction surveys: written, put to a sample of customers, answered at the desk, on a page or by keys."""
