"""The line between a softphone process and the server: events and commands as JSON, sound as binary frames.

The softphone works without it: calls go on and are recorded while the server is away, and recordings are handed in
when it is back.
"""
