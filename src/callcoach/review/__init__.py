"""Review: what people make of the machine's findings, as pure logic over plain data.

A review is an append-only list of events (`acts`); what stands is a fold over them (`sheet`). No SQL, no web, no clock.
"""
