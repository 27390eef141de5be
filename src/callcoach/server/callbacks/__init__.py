"""Callbacks: the list, one with its history, reminders and drafts at the desk, and the API."""
