"""Measuring the product against recordings whose truth is known."""
