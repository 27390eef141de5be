"""Types of customers by how they talk and decide."""

from __future__ import annotations

from enum import StrEnum


class CustomerKind(StrEnum):
    """The four styles that training of service staff distinguishes."""

    DOMINANT = "dominant"
    EXPRESSIVE = "expressive"
    AMIABLE = "amiable"
    ANALYTICAL = "analytical"
