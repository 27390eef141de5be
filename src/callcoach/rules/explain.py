"""Why a rule found something in a conversation, or did not: each step of its judgement as data.

Takes a rule and a conversation, or a finding with the turn it points at; gives frozen data that a
terminal or a page can show. Judges with the same code as the runner and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callcoach.datapath import Call, Conversation, Finding, Severity, Speaker, Turn
from callcoach.rules.clock import RuleClock
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.examples import SECONDS_PER_CHARACTER
from callcoach.rules.match import NOTHING_ELSE, Match, Note, SetAside, overlap
from callcoach.rules.normalise import normalise
from callcoach.rules.precedence import superseders
from callcoach.rules.reference import describe
from callcoach.rules.runner import Excused, missing_reasons, try_matches, try_rule
from callcoach.rules.scope import Applicability, Verdict, applicability
from callcoach.rules.view import ConversationView, TurnView

_NO_CALL = Call("explained")
"""Wordings stand in a turn whatever the call."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording of the rule that stands in a turn, whoever said it.

    `start` and `end` count characters of the turn's own text; `certainty` is 1 for a match letter for letter.
    """

    pattern: str
    start: int
    end: int
    quote: str
    certainty: float


@dataclass(frozen=True, slots=True)
class TurnStep:
    """A turn as the rule sees it, and the wordings that stand in it."""

    index: int
    speaker: Speaker
    text: str
    normalised: str
    wordings: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class ExceptionTrial:
    """One exception tried on one place. `pattern` is what held; empty when it does not apply."""

    exception_id: str
    name_zh: str
    name_en: str
    why_zh: str
    applies: bool
    pattern: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured against which threshold, both in `unit`; None for a wording. `note`: what else was."""

    value: float | None
    threshold: float | None
    unit: str
    confidence: float
    note: Note = NOTHING_ELSE


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where the rule's condition holds, with every exception tried.

    It becomes a finding unless an exception applies, or a rule that supersedes this one finds it too. Spans count
    characters of the turn; times are seconds.
    """

    speaker: Speaker
    start_s: float
    end_s: float
    turn_index: int | None
    text_span: tuple[int, int] | None
    quote: str
    severity: Severity
    measure: Measure
    trials: tuple[ExceptionTrial, ...]
    superseded_by: str = ""
    """Id of a rule that finds the same place and is charged instead; empty: none."""

    @property
    def stands(self) -> bool:
        """Whether no exception applies, and no other rule is charged instead."""
        return not self.superseded_by and not any(trial.applies for trial in self.trials)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a reader must know of the rule itself. `condition` is its kind with its parameters, in one line."""

    rule_id: str
    version: int
    rulebook: str
    rulebook_version: str
    name_zh: str
    name_en: str
    condition: str
    advice_zh: str
    advice_en: str
    source: str
    review_only: bool


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """How one rule judged one conversation, step by step.

    `lacking` says in Chinese and English what the rule needs and the conversation does not have; where
    it is not empty, or the rule does not apply, nothing was judged. `set_aside` are places that were measured
    and have an innocent cause. `failure` is how the rule crashed.
    """

    rule: RuleFacts
    applies: Applicability
    lacking: tuple[tuple[str, str], ...]
    turns: tuple[TurnStep, ...]
    candidates: tuple[Candidate, ...]
    set_aside: tuple[SetAside, ...] = ()
    failure: str = ""

    @property
    def found(self) -> tuple[Candidate, ...]:
        """The candidates that became findings."""
        return tuple(one for one in self.candidates if one.stands)


@dataclass(frozen=True, slots=True)
class FindingExplanation:
    """Why one finding was made. `same_rule` is False when the rule has another version by now."""

    rule: RuleFacts
    same_rule: bool
    finding: Finding
    measure: Measure
    wordings: tuple[Wording, ...]
    trials: tuple[ExceptionTrial, ...]


def explain_rule(rulebook: Rulebook, rule: Rule, conversation: Conversation) -> RuleExplanation:
    """Judge a conversation by one rule and keep every step."""
    view = ConversationView(conversation, rulebook.finder, RuleClock())
    applies = applicability(conversation.call, rule.in_force, rule.scope, rulebook.zone)
    lacking = tuple(missing_reasons(rule, conversation))
    turns = tuple(_turn_step(rule, view, one) for one in view.turns)
    if lacking or applies.verdict is not Verdict.APPLIES:
        return RuleExplanation(rule_facts(rulebook, rule), applies, lacking, turns, ())
    seen, failure = try_matches(rule, view)
    above = superseders(rulebook.rules).get(rule.id, [])
    candidates = tuple(_candidate(rule, one.match if isinstance(one, Excused) else one, view, above) for one in seen)
    aside = () if failure else tuple(rule.condition.set_aside(view))
    crashed = failure.error if failure else ""
    return RuleExplanation(rule_facts(rulebook, rule), applies, (), turns, candidates, aside, crashed)


def said(text: str, speaker: Speaker) -> Conversation:
    """A conversation in which one sentence is said, at the pace of the rules' examples."""
    end_s = max(1, len(text)) * SECONDS_PER_CHARACTER
    return Conversation(Call("text"), end_s, (Turn(0, speaker, 0.0, end_s, text),))


def explain_finding(rulebook: Rulebook, finding: Finding, turn: Turn | None) -> FindingExplanation | None:
    """Say why a finding was made, from the turn it points at; None when the rulebook has no such rule (any more)."""
    rule = rulebook.rule(finding.rule_id)
    if rule is None:
        return None
    wordings: tuple[Wording, ...] = ()
    trials: tuple[ExceptionTrial, ...] = ()
    if turn is not None and finding.text_span is not None:
        first, last = finding.text_span
        alone = ConversationView(Conversation(_NO_CALL, turn.end_s, (turn,)), rulebook.finder)
        step = _turn_step(rule, alone, alone.turns[0])
        wordings = tuple(one for one in step.wordings if one.start < last and one.end > first)
        trials = try_exceptions(rule, turn.text, finding.text_span)
    return FindingExplanation(
        rule=rule_facts(rulebook, rule),
        same_rule=rule.version == finding.rule_version,
        finding=finding,
        measure=Measure(
            finding.value,
            finding.threshold,
            finding.unit,
            finding.confidence,
            Note(finding.note_zh, finding.note_en),
        ),
        wordings=wordings,
        trials=trials,
    )


def try_exceptions(rule: Rule, text: str, span: tuple[int, int]) -> tuple[ExceptionTrial, ...]:
    """Try each exception of a rule on a span of a turn's text, in the rule's order."""
    normalised = normalise(text)
    return tuple(_trials(rule, normalised.text, *normalised.comparable_span(*span)))


def rule_facts(rulebook: Rulebook, rule: Rule) -> RuleFacts:
    """What is shown of the rule."""
    return RuleFacts(
        rule_id=rule.id,
        version=rule.version,
        rulebook=rulebook.id,
        rulebook_version=rulebook.version,
        name_zh=rule.name_zh,
        name_en=rule.name_en,
        condition=describe(rule.condition),
        advice_zh=rule.advice_zh,
        advice_en=rule.advice_en,
        source=rule.source,
        review_only=rule.review_only,
    )


def _turn_step(rule: Rule, view: ConversationView, turn: TurnView) -> TurnStep:
    """One turn with each wording of the rule in it; without a wording that lies in a longer one."""
    original = turn.normalised.original_span
    text = turn.turn.text
    wordings: list[Wording] = []
    for hit in view.hits(turn, dict.fromkeys(rule.condition.patterns())):
        start, end = original(hit.start, hit.end)
        wordings.append(Wording(hit.pattern, start, end, text[start:end], hit.certainty))
    return TurnStep(turn.turn.index, turn.turn.speaker, text, turn.text, tuple(wordings))


def _candidate(rule: Rule, match: Match, view: ConversationView, above: Sequence[Rule]) -> Candidate:
    instead = (one.id for one in above if any(overlap(match, other) for other in try_rule(one, view)[0]))
    trials: tuple[ExceptionTrial, ...] = ()
    if match.turn_index is not None and match.text_span is not None:
        trials = try_exceptions(rule, view.turn_at(match.turn_index).turn.text, match.text_span)
    return Candidate(
        speaker=match.speaker,
        start_s=match.start_s,
        end_s=match.end_s,
        turn_index=match.turn_index,
        text_span=match.text_span,
        quote=match.quote,
        severity=match.severity or rule.severity,
        measure=Measure(match.value, match.threshold, match.unit, match.confidence, match.note),
        trials=trials,
        superseded_by=next(instead, ""),
    )


def _trials(rule: Rule, text: str, start: int, end: int) -> Iterator[ExceptionTrial]:
    for one in rule.exceptions:
        pattern = one.reason(text, start, end)
        zh, en = one.why_not(text, start, end) if pattern is None else (f"符合 {pattern}", "this pattern holds")
        yield ExceptionTrial(one.id, one.name_zh, one.name_en, one.why_zh, pattern is not None, pattern or "", zh, en)
