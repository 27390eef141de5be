"""One revision a module, numbered in order."""
