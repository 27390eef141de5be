"""Calls to numbers of lists: by an agent who looks first, or by the server when the agent is ready and idle."""
