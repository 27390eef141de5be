"""Calls coming in, and the durable work on each: received once by hash, then analysed step by step.

A step that has finished is not run again, whatever ends the server; work goes on where it was when it starts again.
"""
