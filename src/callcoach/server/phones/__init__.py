"""Softphones at the server's end of their line: who is connected, how things stand, what is said live."""
