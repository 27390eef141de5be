"""The time one rule may take over one call.

Python cannot interrupt a rule from outside, so the work is done where it is counted: whatever a rule
asks of the conversation looks at the clock first, and regular expressions are given what is left.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from callcoach.errors import RuleTimeoutError

RULE_TIME_LIMIT_S = 5.0
"""Processor time one rule may take over one call. A thousand rules take 0.1 s over half an hour of talk:
a rule that takes fifty times as long as all of them together is broken."""


class RuleClock:
    """Counts the processor time of this thread, so that a busy machine does not make a rule fail."""

    def __init__(self, limit_s: float = RULE_TIME_LIMIT_S) -> None:
        self._limit_s = limit_s
        self._started_s = time.thread_time()

    def restart(self) -> None:
        """Begin to count for the next rule."""
        self._started_s = time.thread_time()

    def time_left_s(self) -> float:
        """Seconds left, more than 0: what a regular expression's own time limit is set to.

        Raises:
            RuleTimeoutError: nothing is left.
        """
        left_s = self._limit_s - (time.thread_time() - self._started_s)
        if left_s <= 0:
            raise RuleTimeoutError(f"超过 {self._limit_s:g} 秒 (took over {self._limit_s:g} s); simplify the rule")
        return left_s

    @contextmanager
    def stopped(self) -> Generator[None, None, None]:
        """Work inside is not counted: it serves every rule, not just the one that asked first."""
        started_s, before_s = self._started_s, time.thread_time()
        yield
        self._started_s = started_s + time.thread_time() - before_s
