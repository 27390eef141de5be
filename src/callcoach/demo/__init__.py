"""The demonstration: two real SIP calls on loopback, from the first ring to the scorecard."""
