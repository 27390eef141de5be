"""Recording both sides of a call so that a crash loses next to nothing."""
