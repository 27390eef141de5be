"""Running a rulebook over a conversation: findings, what was left out and why, what crashed.

Never lets one broken rule hide the others, and never lets a rule guess what a recording does not tell.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from callcoach.datapath import (
    Conversation,
    Direction,
    Finding,
    FindingStatus,
    NotEvaluated,
    RuleFailure,
    RuleReport,
    Speaker,
)
from callcoach.rules.clock import RULE_TIME_LIMIT_S, RuleClock
from callcoach.rules.definition import ExpectedSpan, Rule, Rulebook
from callcoach.rules.examples import ExampleResult, compare_spans
from callcoach.rules.match import Match, Need
from callcoach.rules.precedence import without_superseded
from callcoach.rules.quiet import other_voices, overlap_s
from callcoach.rules.scope import Verdict, applicability
from callcoach.rules.view import ConversationView

log = logging.getLogger(__name__)

SCORE_FROM = 0.5
"""Confidence from which a finding takes points: from here on it is likelier right than wrong. Below,
it waits for a person."""

OTHER_VOICE = "other-voice"
"""Stands for an exception where the agent's side carried another voice."""

_REASONS = {
    Need.SEPARATED: ("双方声音没有分开录，分不清是谁说的", "the speakers are not on separate channels"),
    Need.EVENTS: ("没有通话事件（振铃、保持、转接）", "the call's events are not known"),
    Need.LEVELS: ("没有测得音量", "no levels were measured"),
    Need.WORDS: ("没有转写出文字", "there is no transcript"),
    Need.PITCH: ("没有测得音高", "no pitch was measured"),
    Need.DIRECTION: ("不知道是呼入还是呼出", "whether the call was inbound or outbound is not known"),
    Need.ENDED_BY: ("不知道是谁挂断的", "who hung up is not known"),
    Need.END_REASON: ("不知道通话为什么结束", "why the call ended is not known"),
}


@dataclass(frozen=True, slots=True)
class Excused:
    """A match that a named exception made innocent, and the pattern that held."""

    match: Match
    exception_id: str
    reason: str


def apply_rules(rulebook: Rulebook, conversation: Conversation, *, limit_s: float = RULE_TIME_LIMIT_S) -> RuleReport:
    """Run every rule that is in force and in scope, each for `limit_s` of processor time at most.

    Where a rule supersedes another and both find the same place, only the first does. Findings come in order
    of time, then of rule id, and are numbered so.
    """
    view = ConversationView(conversation, rulebook.finder, RuleClock(limit_s))
    found: list[tuple[Rule, Match]] = []
    left_out: list[NotEvaluated] = []
    failures: list[RuleFailure] = []
    for rule in rulebook.rules:
        if not is_for(rule, rulebook, conversation):
            continue
        if (reason := why_not_evaluated(rule, rulebook, conversation)) is not None:
            left_out.append(reason)
            continue
        matches, failure = try_rule(rule, view)
        found.extend((rule, match) for match in matches)
        failures.extend([failure] if failure else [])
    found = without_superseded(found)
    found.sort(key=lambda pair: (pair[1].start_s, pair[1].end_s, pair[0].id))
    findings = tuple(make_finding(f"f{number:03d}", rule, match) for number, (rule, match) in enumerate(found, start=1))
    return RuleReport(rulebook.id, rulebook.version, findings, tuple(left_out), tuple(failures))


def is_for(rule: Rule, rulebook: Rulebook, conversation: Conversation) -> bool:
    """Whether a rule may apply to this call: it is not known to be out of force or out of scope."""
    verdict = applicability(conversation.call, rule.in_force, rule.scope, rulebook.zone).verdict
    return verdict in (Verdict.APPLIES, Verdict.UNKNOWN)


def try_rule(rule: Rule, view: ConversationView) -> tuple[list[Match], RuleFailure | None]:
    """What a rule finds; if it crashes or takes too long, nothing, and the failure."""
    seen, failure = try_matches(rule, view)
    return [one for one in seen if isinstance(one, Match)], failure


def try_matches(rule: Rule, view: ConversationView) -> tuple[list[Match | Excused], RuleFailure | None]:
    """As `try_rule`, with the matches that an exception excused."""
    view.clock.restart()
    try:
        return list(matches_of(rule, view)), None
    except Exception as error:  # a rule must not take the others down; the failure is shown beside the score
        log.exception("call %s: rule %s crashed", view.conversation.call.id, rule.id)
        return [], RuleFailure(rule.id, f"{type(error).__name__}: {error}")


def matches_of(rule: Rule, view: ConversationView) -> Iterator[Match | Excused]:
    """Yield what the rule's condition sees, each either as it stands or excused."""
    for match in rule.condition.find(view):
        view.clock.time_left_s()
        yield excuse(rule, match, view) or match


def excuse(rule: Rule, match: Match, view: ConversationView) -> Excused | None:
    """Why a match is no fault of the agent's: another's voice, or the first exception that holds; None: it stands."""
    if is_another_voice(match, view):
        return Excused(match, OTHER_VOICE, "a supervisor or a notice is heard on the agent's side")
    if match.turn_index is None or match.text_span is None:
        return None
    turn = view.turn_at(match.turn_index)
    start, end = turn.normalised.comparable_span(*match.text_span)
    for exception in rule.exceptions:
        reason = exception.reason(turn.text, start, end)
        if reason is not None:
            return Excused(match, exception.id, reason)
    return None


def is_another_voice(match: Match, view: ConversationView) -> bool:
    """Whether what was found on the agent's side may be somebody else's: a word of it, or half of a measure."""
    if match.speaker is not Speaker.AGENT:
        return False
    shared_s = overlap_s((match.start_s, match.end_s), other_voices(view.conversation))
    return shared_s > 0 if match.turn_index is not None else shared_s >= (match.end_s - match.start_s) / 2


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
        Need.END_REASON: bool(conversation.call.end_reason),
    }
    needs = rule.condition.needs()
    return [need for need, there in has.items() if need in needs and not there]


def missing_reasons(rule: Rule, conversation: Conversation) -> list[tuple[str, str]]:
    """What is missing, in Chinese and English."""
    return [_REASONS[need] for need in missing_needs(rule, conversation)]


def why_not_evaluated(rule: Rule, rulebook: Rulebook, conversation: Conversation) -> NotEvaluated | None:
    """Why a rule that may apply cannot be judged: the call's facts, or what was measured, do not suffice."""
    applies = applicability(conversation.call, rule.in_force, rule.scope, rulebook.zone)
    reasons = missing_reasons(rule, conversation)
    if applies.verdict is Verdict.UNKNOWN:
        reasons.insert(0, (applies.reason_zh, applies.reason_en))
    if not reasons:
        return None
    return NotEvaluated(rule.id, "；".join(zh for zh, _ in reasons), "; ".join(en for _, en in reasons))


def make_finding(finding_id: str, rule: Rule, match: Match) -> Finding:
    """The finding that a rule's match makes."""
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
        note_zh=match.note.zh,
        note_en=match.note.en,
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
