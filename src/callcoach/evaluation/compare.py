"""What a call's findings got right: truth and findings in, counts and the single mistakes out.

A find is right when family and speaker are right and the times overlap. A truth is found when a find
is right for it; every other find is a false one. Two right finds of one truth are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from callcoach.datapath import CallAnalysis, Finding, FindingStatus, Speaker, Turn
from callcoach.evaluation.counts import Counts
from callcoach.evaluation.families import Families
from callcoach.evaluation.truth import LabelledRecording, TruthCall
from callcoach.rules.view import TurnView


@dataclass(frozen=True, slots=True)
class Claim:
    """A find or a truth, reduced to what is compared."""

    family: str
    families: frozenset[str]
    """Families it may stand for: one for a truth, all that the rule answers for in a find."""
    speaker: Speaker
    start_s: float
    end_s: float
    text: str = ""
    confidence: float = 1.0

    def agrees(self, truth: Claim) -> bool:
        """Whether this find is right for `truth`."""
        return (
            truth.family in self.families
            and self.speaker is truth.speaker
            and self.start_s < truth.end_s
            and truth.start_s < self.end_s
        )


@dataclass(frozen=True, slots=True)
class Mistake:
    """One truth missed or one false find, with what was heard at that time."""

    recording: str
    kind: str
    family: str
    start_s: float
    end_s: float
    said: str
    heard: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts by family of one group in one call, the mistakes, and whether each find was right."""

    by_family: dict[str, Counts]
    mistakes: tuple[Mistake, ...]
    judged: tuple[tuple[float, bool], ...]
    """Confidence of each find, and whether it was right."""

    @property
    def counts(self) -> Counts:
        """Counts over all families."""
        return sum(self.by_family.values(), Counts())


def compare(
    recording: str, truths: Sequence[Claim], finds: Sequence[Claim], heard: Callable[[Claim], str]
) -> Comparison:
    """Compare one call's finds of a group with its truths."""
    table: dict[str, Counts] = {}
    mistakes: list[Mistake] = []

    def note(claim: Claim, kind: str, counts: Counts) -> None:
        table[claim.family] = table.get(claim.family, Counts()) + counts
        if kind:
            mistakes.append(
                Mistake(recording, kind, claim.family, claim.start_s, claim.end_s, claim.text, heard(claim))
            )

    for truth in truths:
        found = any(find.agrees(truth) for find in finds)
        note(truth, "" if found else "missed", Counts(tp=1) if found else Counts(fn=1))
    judged: list[tuple[float, bool]] = []
    for find in finds:
        right = any(find.agrees(truth) for truth in truths)
        judged.append((find.confidence, right))
        if not right:
            note(find, "false", Counts(fp=1))
    return Comparison(table, tuple(mistakes), tuple(judged))


def banned_truths(truth: TruthCall, families: Families, group: str) -> list[Claim]:
    """Truths of a group of wording families."""
    names = families.of_group(group)
    return [
        Claim(one.rule, frozenset({one.rule}), one.speaker, one.start, one.end, one.text)
        for one in truth.findings
        if one.rule in names
    ]


def scored_finds(findings: Iterable[Finding], families: Families, group: str) -> list[Claim]:
    """Scored findings of the rules that answer for a group."""
    rules = families.rules_of_group(group)
    return [
        _claim(one, families, group) for one in findings if one.rule_id in rules and one.status is FindingStatus.SCORED
    ]


def _claim(finding: Finding, families: Families, group: str) -> Claim:
    names = frozenset(name for name, family in families.of_group(group).items() if finding.rule_id in family.rules)
    family = families.family_of_find(group, finding.rule_id, finding.quote)
    return Claim(family, names, finding.speaker, finding.start_s, finding.end_s, finding.quote, finding.confidence)


def plain_finds(turns: Iterable[Turn], families: Families) -> list[Claim]:
    """The baseline: literal strings in the agent's turns, wherever they stand."""
    finds: list[Claim] = []
    for turn in turns:
        if turn.speaker is Speaker.AGENT:
            view = TurnView(turn)
            for family, strings in families.plain_strings.items():
                finds.extend(
                    _plain(view, family, string, at.start())
                    for string in strings
                    for at in re.finditer(re.escape(string), view.text)
                )
    return finds


def _plain(view: TurnView, family: str, string: str, at: int) -> Claim:
    span = view.normalised.original_span(at, at + len(string))
    return Claim(family, frozenset({family}), Speaker.AGENT, *view.time_of(span), string)


def silence_claims(
    truth: TruthCall, findings: Iterable[Finding], families: Families, warn_s: float
) -> tuple[list[Claim], list[Claim]]:
    """Truths and finds of dead air: truths of at least `warn_s` that no notice announced.

    Any status counts: a silence for which the agent is not to blame takes no points but is found.
    """
    truths = [
        Claim("dead_air", frozenset({"dead_air"}), Speaker.UNKNOWN, one.start, one.end, f"{one.seconds:.1f} s")
        for one in truth.silences
        if one.kind == "dead_air" and one.seconds >= warn_s and not one.after_notice
    ]
    rules = families.rules_of_group("silence")
    finds = [
        Claim(
            "dead_air",
            frozenset({"dead_air"}),
            Speaker.UNKNOWN,
            one.start_s,
            one.end_s,
            f"{one.value} s",
            one.confidence,
        )
        for one in findings
        if one.rule_id in rules
    ]
    return truths, finds


def raised_claims(truth: TruthCall, findings: Iterable[Finding], families: Families) -> tuple[list[Claim], list[Claim]]:
    """Truths and finds of raised voices; finds on turns marked `agc` are neither right nor false."""
    truths = [
        Claim("raised", frozenset({"raised"}), one.speaker, one.start, one.end) for one in truth.raised if not one.agc
    ]
    unsure = [
        Claim("raised", frozenset({"raised"}), one.speaker, one.start, one.end) for one in truth.raised if one.agc
    ]
    rules = families.rules_of_group("raised")
    finds = [_claim(one, families, "raised") for one in findings if one.rule_id in rules]
    return truths, [one for one in finds if not any(one.agrees(other) for other in unsure)]


def call_comparison(recording: LabelledRecording, analysis: CallAnalysis, families: Families) -> Comparison:
    """Compare what is judged once a call: each family is there or not."""
    table: dict[str, Counts] = {}
    mistakes: list[Mistake] = []
    found_rules = {one.rule_id for one in analysis.rules.findings if one.status is FindingStatus.SCORED}
    for name, family in families.of_group("call").items():
        true, found = name in recording.truth.call_findings, not found_rules.isdisjoint(family.rules)
        table[name] = Counts(tp=int(true and found), fp=int(found and not true), fn=int(true and not found))
        if true is not found:
            kind = "missed" if true else "false"
            mistakes.append(Mistake(recording.name, kind, name, 0.0, 0.0, "", ""))
    return Comparison(table, tuple(mistakes), ())


def heard_at(turns: Sequence[Turn], claim: Claim) -> str:
    """What was transcribed of the speaker around a claim."""
    near = [
        turn.text
        for turn in turns
        if turn.start_s < claim.end_s + 1
        and claim.start_s - 1 < turn.end_s
        and claim.speaker in (turn.speaker, Speaker.UNKNOWN)
    ]
    return " / ".join(near)


def decoys_hit(truth: TruthCall, finds: Iterable[Claim]) -> int:
    """How many decoys a scored find of the agent overlaps."""
    agent = [one for one in finds if one.speaker is Speaker.AGENT]
    return sum(
        any(one.start_s < decoy.end and decoy.start < one.end_s for one in agent)
        for decoy in truth.decoys
        if decoy.speaker is Speaker.AGENT
    )
