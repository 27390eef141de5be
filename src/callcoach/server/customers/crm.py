"""The address that opens the company's CRM at a call, by the pattern of the settings."""

from __future__ import annotations

from urllib.parse import quote


def crm_link(pattern: str, *, number: str, call_id: str = "", agent: str = "", direction: str = "") -> str:
    """Return the address; empty where the pattern is. What is filled in is escaped, so that it stays one value."""
    values = {"number": number, "call_id": call_id, "agent": agent, "direction": direction}
    return pattern.format_map({name: quote(value, safe="") for name, value in values.items()})
