"""Running a rulebook over a conversation: findings, what was left out and why, what crashed.

Never lets one broken rule hide the others, and never lets a rule guess what a recording does not tell.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from callcoach.datapath import Conversation, Direction, Finding, FindingStatus, NotEvaluated, RuleFailure, RuleReport
from callcoach.rules.definition import ExpectedSpan, Rule, Rulebook
from callcoach.rules.examples import ExampleResult, compare_spans
from callcoach.rules.match import Match, Need
from callcoach.rules.normalise import normalise
from callcoach.rules.view import ConversationView

log = logging.getLogger(__name__)

SCORE_FROM = 0.5
"""Confidence from which a finding takes points: from here on it is likelier right than wrong. Below,
it waits for a person."""

_REASONS = {
    Need.SEPARATED: ("双方声音没有分开录，分不清是谁说的", "the speakers are not on separate channels"),
    Need.EVENTS: ("没有通话事件（振铃、保持、转接）", "the call's events are not known"),
    Need.LEVELS: ("没有测得音量", "no levels were measured"),
    Need.WORDS: ("没有转写出文字", "there is no transcript"),
    Need.PITCH: ("没有测得音高", "no pitch was measured"),
    Need.DIRECTION: ("不知道是呼入还是呼出", "whether the call was inbound or outbound is not known"),
    Need.ENDED_BY: ("不知道是谁挂断的", "who hung up is not known"),
}


@dataclass(frozen=True, slots=True)
class Excused:
    """A match that a named exception made innocent, and the pattern that held."""

    match: Match
    exception_id: str
    reason: str


def apply_rules(rulebook: Rulebook, conversation: Conversation) -> RuleReport:
    """Run every rule; findings come in order of time, then of rule id, and are numbered so."""
    view = ConversationView(conversation, rulebook.finder)
    found: list[tuple[Rule, Match]] = []
    left_out: list[NotEvaluated] = []
    failures: list[RuleFailure] = []
    for rule in rulebook.rules:
        lacking = missing_needs(rule, conversation)
        if lacking:
            left_out.append(_not_evaluated(rule, lacking))
            continue
        try:
            found.extend((rule, match) for match in matches_of(rule, view) if isinstance(match, Match))
        except Exception as error:  # a rule must not take the others down; the failure is shown beside the score
            log.exception("call %s: rule %s crashed", conversation.call.id, rule.id)
            failures.append(RuleFailure(rule.id, f"{type(error).__name__}: {error}"))
    found.sort(key=lambda pair: (pair[1].start_s, pair[1].end_s, pair[0].id))
    findings = tuple(_finding(f"f{number:03d}", rule, match) for number, (rule, match) in enumerate(found, start=1))
    return RuleReport(rulebook.id, rulebook.version, findings, tuple(left_out), tuple(failures))


def matches_of(rule: Rule, view: ConversationView) -> Iterator[Match | Excused]:
    """Yield what the rule's condition sees, each either as it stands or excused."""
    for match in rule.condition.find(view):
        yield excuse(rule, match, view) or match


def excuse(rule: Rule, match: Match, view: ConversationView) -> Excused | None:
    """The first of the rule's exceptions that holds around a match in a turn; None: it stands."""
    if match.turn_index is None or match.text_span is None:
        return None
    text = view.turn(match.turn_index).turn.text
    before, inside = normalise(text[: match.text_span[0]]).text, normalise(match.quote).text
    whole = normalise(text).text
    start, end = len(before), len(before) + len(inside)
    for exception in rule.exceptions:
        reason = exception.reason(whole, start, end)
        if reason is not None:
            return Excused(match, exception.id, reason)
    return None


def missing_needs(rule: Rule, conversation: Conversation) -> list[Need]:
    """What the rule needs and the conversation does not have, in a fixed order."""
    has = {
        Need.SEPARATED: conversation.separated,
        Need.EVENTS: bool(conversation.call.events),
        Need.LEVELS: bool(conversation.levels),
        Need.WORDS: bool(conversation.turns),
        Need.PITCH: bool(conversation.pitches),
        Need.DIRECTION: conversation.call.direction is not Direction.UNKNOWN,
        Need.ENDED_BY: conversation.call.ended_by is not None,
    }
    needs = rule.condition.needs()
    return [need for need, there in has.items() if need in needs and not there]


def _not_evaluated(rule: Rule, lacking: list[Need]) -> NotEvaluated:
    reasons = [_REASONS[need] for need in lacking]
    return NotEvaluated(rule.id, "；".join(zh for zh, _ in reasons), "; ".join(en for _, en in reasons))


def _finding(finding_id: str, rule: Rule, match: Match) -> Finding:
    return Finding(
        id=finding_id,
        rule_id=rule.id,
        rule_version=rule.version,
        name_zh=rule.name_zh,
        name_en=rule.name_en,
        category=rule.category,
        severity=match.severity or rule.severity,
        speaker=match.speaker,
        start_s=match.start_s,
        end_s=match.end_s,
        turn_index=match.turn_index,
        text_span=match.text_span,
        quote=match.quote,
        value=match.value,
        threshold=match.threshold,
        unit=match.unit,
        confidence=match.confidence,
        status=_status(rule, match),
        advice_zh=rule.advice_zh,
        advice_en=rule.advice_en,
        source=rule.source,
        dimension=rule.effect.dimension,
        points=rule.effect.points,
    )


def _status(rule: Rule, match: Match) -> FindingStatus:
    sure = match.confidence >= SCORE_FROM and not rule.review_only
    return FindingStatus.SCORED if sure else FindingStatus.TO_REVIEW


def run_examples(rulebook: Rulebook) -> Iterator[ExampleResult]:
    """Yield what became of each hit and miss of each rule."""
    for rule in rulebook.rules:
        for is_hit, examples in ((True, rule.hits), (False, rule.misses)):
            for example in examples:
                view = ConversationView(example.conversation)
                timed = any(span.turn_index is None for span in example.spans)
                found = [_span(one, timed=timed) for one in matches_of(rule, view) if isinstance(one, Match)]
                yield ExampleResult(rule.id, example, is_hit, compare_spans(example, found))


def _span(match: Match, *, timed: bool) -> ExpectedSpan:
    """Where a match lies: in seconds for an example that gives its spans so, else in its turn."""
    if not timed and match.turn_index is not None and match.text_span is not None:
        return ExpectedSpan(match.turn_index, *match.text_span)
    return ExpectedSpan(None, match.start_s, match.end_s)
