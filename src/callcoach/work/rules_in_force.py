"""The rules in force: the rulebook of the settings, with what trainers published in the place of its rules.

Looked up in the database at most once a second, so that every server soon judges by what one of them published.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from callcoach.documents import list_faults
from callcoach.rules.definition import Rulebook
from callcoach.rules.rulebook import RuleText, load_rulebook, try_rulebook
from callcoach.settings import Settings
from callcoach.store.engine import Database
from callcoach.store.written_rules import in_force, revision

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force as of a revision of the published rules."""

    revision: int
    rulebook: Rulebook
    published: tuple[RuleText, ...]
    """The published documents in it, by rule id as the name."""


class RulesInForce:
    """Threads share it."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._known: InForce | None = None
        self._looked_s = float("-inf")
        self._loading = threading.Lock()

    def now(self) -> InForce:
        """Return the rules in force.

        Raises:
            CallCoachError: the rulebook of the settings is wrong, or the database does not answer.
        """
        with self._loading:
            if self._known is None or self._clock() - self._looked_s >= LOOK_EVERY_S:
                self._look()
            assert self._known is not None  # noqa: S101 - just looked up
            return self._known

    def look_again(self) -> None:
        """Have the next one who asks look into the database: something was published."""
        self._looked_s = float("-inf")

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook in force."""
        return self.now().rulebook

    def _look(self) -> None:
        with self._database.reading() as session:
            found = revision(session)
            if self._known is None or self._known.revision != found:
                texts = tuple(RuleText(one.rule_id, one.document) for one in in_force(session).values())
                book, kept, problems = load(self._settings.rules.rulebook, texts)
                for problem in problems:
                    logger.error("%s", problem)
                self._known = InForce(found, book, kept)
        self._looked_s = self._clock()


@lru_cache(maxsize=4)
def load(rulebook: str, texts: tuple[RuleText, ...]) -> tuple[Rulebook, tuple[RuleText, ...], tuple[str, ...]]:
    """Return a rulebook with published documents, those in it, and why others are not: they no longer fit.

    Raises:
        RuleDefinitionError: the rulebook itself is wrong.
    """
    whole, _ = try_rulebook(rulebook, drafts=texts)
    if whole is not None:
        return whole, texts, ()
    kept: list[RuleText] = []
    problems: list[str] = []
    for one in texts:
        found, faults = try_rulebook(rulebook, drafts=[*kept, one])
        if found is None:
            problems.append(list_faults(f"the published rule {one.name} is not in force, for it is wrong", faults))
        else:
            kept.append(one)
    return load_rulebook(rulebook, drafts=kept), tuple(kept), tuple(problems)
