"""Trying a rule that is being written on past calls: what it would find against the one in force, with the sound."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callcoach import analysis
from callcoach.errors import CallCoachError
from callcoach.intake import Judges, conversation_at
from callcoach.principal import Principal
from callcoach.rules.rulebook import narrowed
from callcoach.rules.trying import Judged, PastCall, Place, RuleTrial, Said, try_rules
from callcoach.server.rulebook.checking import Checked, together
from callcoach.server.services import Services
from callcoach.store.call_lists import MAX_LIMIT, list_calls
from callcoach.store.model import CallFilter, CallState, CallSummary, PageRequest
from callcoach.store.reviews.verdicts import Verdicts, verdicts_of

LIMIT_S = 20.0
"""How long a trial may take; what it has found by then is told."""
MOST_CALLS, MOST_WITH_SOUND = 500, 50
SHOWN = 50
"""Places shown of each kind."""


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place in a past call, with the words around it."""

    call: CallSummary
    start_s: float
    end_s: float
    before: str
    said: str
    after: str
    confidence: float
    verdict: Said


@dataclass(frozen=True, slots=True)
class Tried:
    """What a draft finds in past calls against the rule in force."""

    rule_id: str
    calls: int
    reviewed_calls: int
    left_out: int
    """Calls there was no time for."""
    unreadable: int
    """Calls whose analysis is missing or damaged."""
    unjudged: int
    """Calls the rule could not be judged on: something it needs is not known, or was not measured."""
    failed: int
    """Calls in which it crashed or took too long."""
    new: tuple[ShownPlace, ...]
    gone: tuple[ShownPlace, ...]
    kept: tuple[ShownPlace, ...]
    missed: tuple[ShownPlace, ...]
    """What reviewers hold for right and the draft does not find."""
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many there are of `new`, `gone`, `kept`, `missed`; and of findings before and after whom reviewers hold for
    right or wrong: `right_before`, `wrong_before`, `right_after`, `wrong_after`."""

    def summary(self) -> dict[str, Any]:
        """Return what is kept of a trial, as plain JSON data."""
        return {"calls": self.calls, "reviewed_calls": self.reviewed_calls, "unjudged": self.unjudged, **self.counts}


def try_on_past_calls(
    services: Services, principal: Principal, checked: Checked, rule_id: str, count: int, *, sound: bool
) -> Tried:
    """Try a draft on the latest calls the principal may see, the newest first.

    Args:
        services: the server's.
        principal: whose calls.
        checked: the draft without faults.
        rule_id: the rule that is being written.
        count: how many calls at most.
        sound: measure loudness and pitch too, which takes seconds a call.
    """
    draft, published = checked.rulebook, services.desk.rules.rulebook
    assert draft is not None  # noqa: S101 - checked by who asks
    calls = _latest(services, principal, min(count, MOST_WITH_SOUND if sound else MOST_CALLS))
    past = _PastCalls(services, calls, sound=sound)
    ids = together(draft, {rule_id}) | together(published, {rule_id})
    trial = try_rules(narrowed(published, ids), narrowed(draft, ids), {rule_id}, past)
    (own,) = [one for one in trial.rules if one.rule_id == rule_id]
    by_id = {one.id: one for one in calls}
    parts = {"new": own.new, "gone": own.gone, "kept": own.kept, "missed": own.missed}
    shown = {name: tuple(_shown(one, by_id) for one in places[:SHOWN]) for name, places in parts.items()}
    return Tried(
        rule_id=rule_id,
        calls=trial.calls,
        reviewed_calls=trial.reviewed_calls,
        left_out=past.left_out,
        unreadable=past.unreadable,
        unjudged=own.unjudged_calls,
        failed=own.failed_calls,
        **shown,
        counts={name: len(places) for name, places in parts.items()} | _verdicts(own),
    )


class _PastCalls:
    """Reads past calls one after the other, until the time is over."""

    def __init__(self, services: Services, calls: Sequence[CallSummary], *, sound: bool) -> None:
        self._services = services
        self._calls = calls
        self._sound = sound
        self.left_out = self.unreadable = 0

    def __iter__(self) -> Iterator[PastCall]:
        with self._services.database.reading() as session:
            verdicts = verdicts_of(session, [one.pk for one in self._calls])
        until_s = time.monotonic() + LIMIT_S
        for number, call in enumerate(self._calls):
            if time.monotonic() > until_s:
                self.left_out = len(self._calls) - number
                return
            path = self._services.desk.folder(call.id) / analysis.ANALYSIS_FILE
            try:
                talk = (
                    conversation_at(path, _no_judges) if self._sound else analysis.conversation_of(analysis.load(path))
                )
            except CallCoachError:
                self.unreadable += 1
                continue
            yield PastCall(talk, _judged(verdicts.get(call.pk)))


def _latest(services: Services, principal: Principal, count: int) -> list[CallSummary]:
    found: list[CallSummary] = []
    after = ""
    scored = CallFilter(state=CallState.SCORED)
    with services.database.reading() as session:
        while len(found) < count:
            page = list_calls(session, principal, scored, PageRequest(limit=min(MAX_LIMIT, count), after=after))
            found.extend(page.calls)
            after = page.next_cursor
            if not after:
                break
    return found[:count]


def _judged(verdicts: Verdicts | None) -> tuple[Judged, ...]:
    if verdicts is None:
        return ()
    return (
        *(Judged(finding, Said.CONFIRMED) for finding in verdicts.confirmed),
        *(Judged(finding, Said.REJECTED) for finding in verdicts.rejected),
        *(Judged(finding, Said.ADDED) for finding in verdicts.added),
    )


def _no_judges() -> Judges:  # an analysis is there already: nothing is recognised
    raise AssertionError("asked to recognise a call that was analysed")


def _shown(place: Place, calls: Mapping[str, CallSummary]) -> ShownPlace:
    finding = place.finding
    start, end = finding.text_span or (0, 0)
    said = place.text[start:end] or finding.quote
    before, after = (place.text[:start], place.text[end:]) if finding.text_span else ("", "")
    return ShownPlace(
        calls[place.call_id], finding.start_s, finding.end_s, before, said, after, finding.confidence, place.said
    )


def _verdicts(own: RuleTrial) -> dict[str, int]:
    return {
        "right_before": own.right(after=False),
        "wrong_before": own.wrong(after=False),
        "right_after": own.right(after=True),
        "wrong_after": own.wrong(after=True),
    }
