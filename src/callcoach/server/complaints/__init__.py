"""Complaints: the list, recording one, one along its way, files, and the API."""
