"""One's own account: the password, and API tokens."""
