"""Real SIP peers that we did not write, started on free loopback ports and stopped again."""
