"""The kinds of conditions. Importing this package makes all of them known; one module each."""

from __future__ import annotations

from callcoach.rules.kinds import compose, dead_air, phrase, raised
from callcoach.rules.kinds.base import Condition, kinds

__all__ = ["Condition", "compose", "dead_air", "kinds", "phrase", "raised"]
