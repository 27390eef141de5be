"""Measuring the whole analysis against a labelled corpus.

Takes recordings with truth and the parts of the analysis, gives figures: precision, recall and F1 of
wordings, silences and raised voices, the plain-substring baseline on the same transcripts, character
error rate, calibration, speed, and every single mistake. Definitions: `compare`.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callcoach.analysis import analyse
from callcoach.asr.engine import Engine
from callcoach.audio.decoding import open_recording
from callcoach.datapath import Call, CallAnalysis, Speaker
from callcoach.evaluation.calibration import calibration
from callcoach.evaluation.cer import ErrorCount, count_errors
from callcoach.evaluation.compare import (
    Comparison,
    Mistake,
    banned_truths,
    call_comparison,
    compare,
    decoys_hit,
    heard_at,
    plain_finds,
    raised_claims,
    scored_finds,
    silence_claims,
)
from callcoach.evaluation.counts import Counts, f1_interval, total, wilson
from callcoach.evaluation.families import Families, load_families
from callcoach.evaluation.truth import LabelledRecording, TruthCall
from callcoach.rules.definition import Rulebook
from callcoach.rules.kinds.dead_air import DEFAULT_WARN_S, DeadAirCondition
from callcoach.scoring import Rubric

GROUPS = ("banned", "silence", "raised", "meaning", "call")
OVERALL = ("banned", "silence", "raised", "banned_baseline", "banned_separated")
HARD_NEGATIVE = "hard_negative"
REPORT_VERSION = 1


@dataclass(frozen=True, slots=True)
class CallResult:
    """One evaluated recording."""

    recording: LabelledRecording
    groups: dict[str, Comparison]
    baseline: Comparison
    separated: bool
    errors: dict[str, ErrorCount]
    """Character errors of `agent`, `customer`, or `unknown` for a mono mix."""
    decoys_scored: int
    scored_findings: int
    sample_rate_hz: int
    duration_s: float
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All results, with what they were made with."""

    results: tuple[CallResult, ...]
    engine: str
    model: str
    rulebook: str


def evaluate(
    recordings: Sequence[LabelledRecording],
    engine_for: Callable[[TruthCall], Engine],
    rulebook: Rulebook,
    rubric: Rubric,
    *,
    work_dir: Path,
    workers: int = 0,
    on_done: Callable[[LabelledRecording], None] = lambda _: None,
) -> Evaluation:
    """Analyse every recording and compare with its truth. `work_dir` takes decoded audio.

    Raises:
        CallCoachError: a recording cannot be read or recognised; an evaluation with holes would mislead.
    """
    families = load_families()
    warn_s = _warn_s(rulebook)
    results: list[CallResult] = []
    names = ("", "")
    for recording in recordings:
        engine = engine_for(recording.truth)
        names = (engine.name, engine.model)
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        analysis = _analyse(recording, engine, rulebook, rubric, work_dir=work_dir, workers=workers)
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        results.append(judge(recording, analysis, families, warn_s, wall_s=wall_s, cpu_s=cpu_s))
        on_done(recording)
    return Evaluation(tuple(results), *names, f"{rulebook.id} {rulebook.version}")


def _analyse(
    recording: LabelledRecording, engine: Engine, rulebook: Rulebook, rubric: Rubric, *, work_dir: Path, workers: int
) -> CallAnalysis:
    audio, sound = open_recording(recording.audio, work_dir=work_dir)
    call = Call(recording.truth.id)
    return analyse(audio, sound, call, engine=engine, rulebook=rulebook, rubric=rubric, workers=workers)


def _warn_s(rulebook: Rulebook) -> float:
    """The shortest dead air that the rulebook warns of, s."""
    lengths = [rule.condition.warn_s for rule in rulebook.rules if isinstance(rule.condition, DeadAirCondition)]
    return min(lengths, default=DEFAULT_WARN_S)


def judge(
    recording: LabelledRecording,
    analysis: CallAnalysis,
    families: Families,
    warn_s: float,
    *,
    wall_s: float = 0.0,
    cpu_s: float = 0.0,
) -> CallResult:
    """Compare one analysis with its truth."""
    truth, findings, turns = recording.truth, analysis.rules.findings, analysis.transcript.turns
    claims = {
        "banned": (banned_truths(truth, families, "banned"), scored_finds(findings, families, "banned")),
        "meaning": (banned_truths(truth, families, "meaning"), scored_finds(findings, families, "meaning")),
        "silence": silence_claims(truth, findings, families, warn_s),
        "raised": raised_claims(truth, findings, families),
    }
    heard = lambda claim: heard_at(turns, claim)  # noqa: E731 - a name for what four calls share
    groups = {name: compare(recording.name, *pair, heard) for name, pair in claims.items()}
    groups["call"] = call_comparison(recording, analysis, families)
    wordings = [*claims["banned"][1], *claims["meaning"][1]]
    return CallResult(
        recording=recording,
        groups=groups,
        baseline=compare(
            recording.name, claims["banned"][0], plain_finds(analysis.transcript.first_pass, families), heard
        ),
        separated=analysis.recording.separated,
        errors=_character_errors(truth, analysis),
        decoys_scored=decoys_hit(truth, wordings),
        scored_findings=sum(one.category in ("negative", "forbidden") for one in findings),
        sample_rate_hz=analysis.recording.sample_rate_hz,
        duration_s=analysis.recording.duration_s,
        wall_s=wall_s,
        cpu_s=cpu_s,
    )


def _character_errors(truth: TruthCall, analysis: CallAnalysis) -> dict[str, ErrorCount]:
    """Errors of each side; of all turns together when the speakers are not separated."""
    turns = analysis.transcript.first_pass
    if not analysis.recording.separated:
        said = "".join(turn.text for turn in sorted(truth.turns, key=lambda one: one.start))
        return {Speaker.UNKNOWN.value: count_errors(said, "".join(turn.text for turn in turns))}
    return {
        side.value: count_errors(
            "".join(turn.text for turn in truth.turns if turn.speaker is side),
            "".join(turn.text for turn in turns if turn.speaker is side),
        )
        for side in (Speaker.AGENT, Speaker.CUSTOMER)
    }


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The figures as plain data; docs/evaluation.md explains each key."""
    results = evaluation.results
    errors: defaultdict[str, ErrorCount] = defaultdict(lambda: ErrorCount(0, 0))
    by_rate: defaultdict[int, ErrorCount] = defaultdict(lambda: ErrorCount(0, 0))
    for result in results:
        for side, count in result.errors.items():
            errors[side] += count
            by_rate[result.sample_rate_hz] += count
    together = sum(errors.values(), ErrorCount(0, 0))
    seconds = sum(result.duration_s for result in results)
    return {
        "report_version": REPORT_VERSION,
        "engine": evaluation.engine,
        "model": evaluation.model,
        "rulebook": evaluation.rulebook,
        "recordings": len(results),
        "audio_seconds": round(seconds, 2),
        "real_time_factor": round(sum(result.wall_s for result in results) / seconds, 4),
        "cpu_real_time_factor": round(sum(result.cpu_s for result in results) / seconds, 4),
        "cer": round(together.rate, 4),
        "cer_by_side": {side: round(count.rate, 4) for side, count in sorted(errors.items())},
        "cer_by_rate": {str(rate): round(count.rate, 4) for rate, count in sorted(by_rate.items())},
        "overall": {name: _figures(_overall(results, name)) for name in OVERALL},
        "families": _families(results),
        "hard_negatives": _hard_negatives(results),
        "calibration": calibration([pair for result in results for pair in result.groups["banned"].judged]),
        "mistakes": [_mistake(one) for result in results for name in GROUPS for one in result.groups[name].mistakes],
    }


def _overall(results: Sequence[CallResult], name: str) -> list[Counts]:
    if name == "banned_baseline":
        return [result.baseline.counts for result in results]
    if name == "banned_separated":
        return [result.groups["banned"].counts for result in results if result.separated]
    return [result.groups[name].counts for result in results]


def _families(results: Sequence[CallResult]) -> dict[str, Any]:
    names = sorted({name for result in results for group in GROUPS for name in result.groups[group].by_family})
    tables = [[group.by_family for group in result.groups.values()] for result in results]
    return {name: _figures([total(table.get(name, Counts()) for table in call) for call in tables]) for name in names}


def _figures(calls: Sequence[Counts]) -> dict[str, Any]:
    """Counts and ratios of one family or group, with 95 % intervals."""
    counts = total(calls)
    return {
        "tp": counts.tp,
        "fp": counts.fp,
        "fn": counts.fn,
        "precision": _rounded(counts.precision),
        "recall": _rounded(counts.recall),
        "f1": _rounded(counts.f1),
        "precision_interval": _rounded_pair(wilson(counts.tp, counts.tp + counts.fp)),
        "recall_interval": _rounded_pair(wilson(counts.tp, counts.tp + counts.fn)),
        "f1_interval": _rounded_pair(f1_interval(calls)),
    }


def _hard_negatives(results: Sequence[CallResult]) -> dict[str, int]:
    hard = [result for result in results if result.recording.truth.kind == HARD_NEGATIVE]
    return {
        "calls": len(hard),
        "scored_findings": sum(result.scored_findings for result in hard),
        "decoys_of_the_agent_scored": sum(result.decoys_scored for result in results),
        "false_banned": sum(result.groups["banned"].counts.fp for result in hard),
    }


def _mistake(one: Mistake) -> dict[str, Any]:
    return {
        "recording": one.recording,
        "kind": one.kind,
        "family": one.family,
        "start": round(one.start_s, 2),
        "end": round(one.end_s, 2),
        "said": one.said,
        "heard": one.heard,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _rounded_pair(pair: tuple[float, float] | None) -> list[float] | None:
    return None if pair is None else [round(value, 4) for value in pair]
