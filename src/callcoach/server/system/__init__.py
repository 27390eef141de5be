"""The server itself: whether it lives, and who asks."""
