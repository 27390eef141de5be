"""Telling the outside: webhooks with their log, and a feed of events over WebSocket."""
