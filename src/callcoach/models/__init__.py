"""Recognition models: which there are, fetching them whole or not at all, checking them."""
