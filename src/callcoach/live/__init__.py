"""Calls that still go on: both sides' sound in; turns, findings, hints and gauges out while there is time to act."""
