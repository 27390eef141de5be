from __future__ import annotations

from callcoach.datapath import Finding, FindingStatus, Severity, Speaker, Turn
from callcoach.evaluation.compare import (
    Claim,
    banned_truths,
    compare,
    decoys_hit,
    plain_finds,
    raised_claims,
    scored_finds,
    silence_claims,
)
from callcoach.evaluation.counts import Counts
from callcoach.evaluation.families import load_families
from callcoach.evaluation.truth import TruthCall
from callcoach.rules.rulebook import load_rulebook

FAMILIES = load_families()


def find(rule_id: str, start_s: float, end_s: float, quote: str = "", **changes: object) -> Finding:
    fields: dict[str, object] = {"speaker": Speaker.AGENT, "severity": Severity.WARNING, **changes}
    return Finding("f1", rule_id, 1, "", "", "negative", start_s=start_s, end_s=end_s, quote=quote, **fields)  # type: ignore[arg-type]


def truth(**fields: object) -> TruthCall:
    return TruthCall.model_validate({"id": "t", "turns": [], **fields})


def counted(truths: list[Claim], finds: list[Claim]) -> Counts:
    return compare("t", truths, finds, lambda _: "").counts


SAID = {"rule": "banned.wo_buneng", "speaker": "agent", "start": 5.0, "end": 5.4, "text": "我不能", "exact": True}


def test_every_rule_of_the_mapping_exists_and_every_family_has_a_literal() -> None:
    rules = {rule.id for rule in load_rulebook("service-language").rules}
    for group in FAMILIES.groups:
        assert rules >= FAMILIES.rules_of_group(group), group
    assert all(FAMILIES.plain_strings.values())


def test_family_speaker_and_time_must_agree() -> None:
    truths = banned_truths(truth(findings=[SAID]), FAMILIES, "banned")

    def score(*findings: Finding) -> Counts:
        return counted(truths, scored_finds(findings, FAMILIES, "banned"))

    assert score(find("neg.cannot", 5.1, 5.6, "我不能")) == Counts(tp=1)
    assert score(find("neg.cannot", 5.4, 5.9, "我不能")) == Counts(fp=1, fn=1)
    assert score(find("neg.but", 5.1, 5.6, "但是")) == Counts(fp=1, fn=1)
    assert score(find("neg.cannot", 5.1, 5.6, "我不能", speaker=Speaker.CUSTOMER)) == Counts(fp=1, fn=1)
    assert score(find("neg.cannot", 5.1, 5.6, status=FindingStatus.TO_REVIEW)) == Counts(fn=1)
    assert score() == Counts(fn=1)


def test_two_right_finds_of_one_truth_are_one() -> None:
    truths = banned_truths(truth(findings=[SAID]), FAMILIES, "banned")
    finds = scored_finds([find("neg.cannot", 5.0, 5.2), find("neg.cannot", 5.2, 5.4)], FAMILIES, "banned")
    assert counted(truths, finds) == Counts(tp=1)


def test_a_false_find_counts_under_the_family_whose_words_it_quotes() -> None:
    (claim,) = scored_finds([find("neg.cannot", 1, 2, "我不可以")], FAMILIES, "banned")
    assert claim.family == "banned.wo_bukeyi"


def test_the_baseline_finds_every_literal_of_the_agent_and_no_context() -> None:
    turns = (
        Turn(0, Speaker.AGENT, 0, 4, "这不但是我不能不说的但是"),
        Turn(1, Speaker.CUSTOMER, 5, 6, "我不能"),
    )
    assert sorted(one.family for one in plain_finds(turns, FAMILIES)) == [
        "banned.danshi",
        "banned.danshi",
        "banned.wo_buneng",
    ]


def test_silences_that_count_are_dead_long_and_unannounced() -> None:
    silences = [
        {"start": 0, "end": 5, "kind": "dead_air", "after_notice": False},
        {"start": 10, "end": 14.9, "kind": "dead_air", "after_notice": False},
        {"start": 20, "end": 30, "kind": "dead_air", "after_notice": True},
        {"start": 40, "end": 60, "kind": "hold_music", "after_notice": False},
    ]
    truths, finds = silence_claims(
        truth(silences=silences), [find("silence.dead_air", 1, 5), find("silence.customer_busy", 41, 49)], FAMILIES, 5.0
    )
    assert [one.start_s for one in truths] == [0]
    assert counted(truths, finds) == Counts(tp=1, fp=1)


def test_finds_on_turns_flattened_by_the_line_are_neither_right_nor_false() -> None:
    raised = [
        {"speaker": "customer", "start": 1, "end": 3, "agc": False},
        {"speaker": "customer", "start": 5, "end": 7, "agc": True},
    ]
    findings = [find("voice.customer_raised", at, at + 1, speaker=Speaker.CUSTOMER) for at in (1.5, 5.5, 9.5)]
    assert counted(*raised_claims(truth(raised=raised), findings, FAMILIES)) == Counts(tp=1, fp=1)


def test_decoys_said_by_the_agent_are_counted_when_scored() -> None:
    decoys = [
        {"rule": "banned.wo_buneng", "speaker": who, "start": 2, "end": 3, "text": "我不能"}
        for who in ("agent", "customer")
    ]
    finds = scored_finds([find("neg.cannot", 2.5, 2.9)], FAMILIES, "banned")
    assert decoys_hit(truth(decoys=decoys), finds) == 1


def test_a_mistake_says_what_was_said_and_heard() -> None:
    truths = banned_truths(truth(findings=[SAID]), FAMILIES, "banned")
    (mistake,) = compare("call", truths, [], lambda claim: f"heard at {claim.start_s}").mistakes
    assert (mistake.kind, mistake.family, mistake.said, mistake.heard) == (
        "missed",
        "banned.wo_buneng",
        "我不能",
        "heard at 5.0",
    )
