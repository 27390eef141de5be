"""A rule's own examples: read from its document, run against it.

A sentence is one turn of whoever the rule applies to; `【…】` marks the exact span that must be found.
A dialogue gives lines that begin with 坐席： or 客户：. A scene gives turns with times and levels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from pydantic import TypeAdapter, ValidationError

from callcoach.datapath import Call, CallEvent, Conversation, LevelTrack, PitchTrack, Speaker, Turn
from callcoach.documents import DocPath, Document, Fault, dotted, model_faults
from callcoach.rules.definition import Example, ExpectedSpan
from callcoach.rules.schema import Dialogue, SaidMiss, Scene, SceneSound, SceneTurn

SECONDS_PER_CHARACTER = 0.25
"""Telephone speech runs at about 240 characters a minute; examples without times are laid out so."""

PAUSE_BETWEEN_TURNS_S = 0.5
SCENE_HOP_S = 0.05
SCENE_PITCH_HZ = 200.0
HOPS_OF_A_KEY = 5
"""Four keys a second."""
SCENE_TOLERANCE_S = 0.3
"""How far a measured span may lie from the one an example names: a few hops."""

_LINE = re.compile(r"^(坐席|客户)[：:]\s*(.+)$", re.DOTALL)
_WHO = {"坐席": Speaker.AGENT, "客户": Speaker.CUSTOMER}
_MARKS = re.compile(r"[【】]")


def read_examples(
    document: Document, key: str, default: Speaker, *, must_find: bool
) -> tuple[tuple[Example, ...], list[Fault]]:
    """Read the list `key` (hits or misses) of a rule document."""
    examples: list[Example] = []
    faults: list[Fault] = []
    for index, item in enumerate(cast("list[Any]", document.data[key])):
        path: DocPath = (key, index)
        try:
            example = _read(item, default, document.line_of(path))
        except ValidationError as error:
            faults.extend(model_faults(error, document, path))
            continue
        except ValueError as error:
            faults.append(document.fault(path, f"{dotted(path)}: {error}", "见 docs/rules.md 中例句的写法"))
            continue
        if must_find and not example.spans:
            faults.append(
                document.fault(path, f"{dotted(path)}: 没有标出应命中的范围 (no span)", "用【】或 finds 标出")
            )
        elif not must_find and example.spans:
            faults.append(
                document.fault(path, f"{dotted(path)}: 反例里标了命中范围 (span in a miss)", "去掉【】或 finds")
            )
        else:
            examples.append(example)
    return tuple(examples), faults


def _read(item: Any, default: Speaker, line: int) -> Example:
    if isinstance(item, str):
        return _dialogue(item, [item], default, line)
    if not isinstance(item, dict):
        raise ValueError("要写一句话，或含 say、lines、turns 的键值表 · expected a sentence or a mapping")  # noqa: TRY004 - told as a fault
    if "turns" in item:
        return _scene(TypeAdapter(Scene).validate_python(item), line)
    if "lines" in item:
        dialogue = TypeAdapter(Dialogue).validate_python(item)
        return _dialogue(" / ".join(dialogue.lines), dialogue.lines, default, line)
    said = TypeAdapter(SaidMiss).validate_python(item)
    return _dialogue(said.say, [said.say], default, line)


def _dialogue(text: str, lines: Iterable[str], default: Speaker, line: int) -> Example:
    turns: list[Turn] = []
    spans: list[ExpectedSpan] = []
    now_s = 0.0
    for index, written in enumerate(lines):
        named = _LINE.match(written)
        speaker, marked = (_WHO[named[1]], named[2]) if named else (default, written)
        spans.extend(ExpectedSpan(index, start, end) for start, end in _marked_spans(marked))
        said = _MARKS.sub("", marked)
        end_s = now_s + max(1, len(said)) * SECONDS_PER_CHARACTER
        turns.append(Turn(index, speaker, now_s, end_s, said))
        now_s = end_s + PAUSE_BETWEEN_TURNS_S
    conversation = Conversation(Call("example"), now_s, tuple(turns))
    return Example(text, conversation, tuple(spans), line)


def _marked_spans(marked: str) -> list[tuple[int, int]]:
    """Spans between 【 and 】, counted in the text without the marks."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for passed, mark in enumerate(_MARKS.finditer(marked)):
        at = mark.start() - passed
        if (mark[0] == "【") is (start is not None):
            raise ValueError(f"【】没有成对 · 【 and 】 do not pair in {marked!r}")
        if start is not None:
            spans.append((start, at))
        start = at if mark[0] == "【" else None
    if start is not None:
        raise ValueError(f"【 没有收尾 · 【 is not closed in {marked!r}")
    return spans


def _scene(scene: Scene, line: int) -> Example:
    duration_s = scene.duration_s or max(turn.at[1] for turn in scene.turns) + PAUSE_BETWEEN_TURNS_S
    turns = tuple(
        Turn(index, Speaker(turn.who), turn.at[0], turn.at[1], turn.say) for index, turn in enumerate(scene.turns)
    )
    events = tuple(CallEvent(one.kind, one.at_s, Speaker(one.by)) for one in scene.events)
    sides = sorted({Speaker(one.who) for one in (*scene.turns, *scene.sounds)})
    conversation = Conversation(
        _call(scene, events),
        duration_s,
        turns,
        levels={side: _track(scene, side, duration_s) for side in sides},
        separated=Speaker.UNKNOWN not in sides,
        pitches={side: _pitch(scene, side, duration_s) for side in sides},
        dropouts={side: tuple(one.at for one in scene.lost if Speaker(one.who) is side) for side in sides},
    )
    text = scene.why or " / ".join(f"{turn.who} {turn.at[0]:g}-{turn.at[1]:g} s {turn.say}" for turn in scene.turns)
    return Example(text, conversation, tuple(ExpectedSpan(None, *span) for span in scene.finds), line)


def _call(scene: Scene, events: tuple[CallEvent, ...]) -> Call:
    facts = scene.call
    ended_by = None if facts.ended_by is None else Speaker(facts.ended_by)
    return Call("example", facts.direction, events=events, ended_by=ended_by, queue=facts.queue, tags=facts.tags)


def _pitch(scene: Scene, side: Speaker, duration_s: float) -> PitchTrack:
    """Pitch of one side: swinging between two values in its turns, none elsewhere."""
    hz = np.zeros(round(duration_s / SCENE_HOP_S))
    for turn in scene.turns:
        if Speaker(turn.who) is side:
            where = slice(round(turn.at[0] / SCENE_HOP_S), round(turn.at[1] / SCENE_HOP_S))
            signs = np.where(np.arange(len(hz[where])) % 2, 1.0, -1.0)
            hz[where] = SCENE_PITCH_HZ * 2 ** ((signs * turn.swing_semitones + turn.higher_semitones) / 12)
    for sound in scene.sounds:
        if Speaker(sound.who) is side and sound.kind == "music":
            hz[round(sound.at[0] / SCENE_HOP_S) : round(sound.at[1] / SCENE_HOP_S)] = SCENE_PITCH_HZ
    return PitchTrack(SCENE_HOP_S, hz.tolist())


def _track(scene: Scene, side: Speaker, duration_s: float) -> LevelTrack:
    """Levels of one side: the floor, raised where the scene has speech or sound."""
    count = round(duration_s / SCENE_HOP_S)
    levels = np.full(count, scene.floor_dbfs)
    speech = np.zeros(count, dtype=np.bool_)
    parts: tuple[SceneTurn | SceneSound, ...] = (*scene.sounds, *scene.turns)
    for part in parts:
        if Speaker(part.who) is side:
            where = slice(round(part.at[0] / SCENE_HOP_S), round(part.at[1] / SCENE_HOP_S))
            keys = isinstance(part, SceneSound) and part.kind == "typing"
            levels[where][:: HOPS_OF_A_KEY if keys else 1] = part.level_dbfs
            speech[where] |= isinstance(part, SceneTurn)
    return LevelTrack(SCENE_HOP_S, levels.tolist(), speech.tolist())


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What became of one example; `problem` is empty when all is as it must be."""

    rule_id: str
    example: Example
    is_hit: bool
    problem: str


def compare_spans(example: Example, found: list[ExpectedSpan]) -> str:
    """Say how the found spans differ from the expected ones; empty when they agree."""
    missing = [one for one in example.spans if not any(_same(one, other) for other in found)]
    extra = [one for one in found if not any(_same(one, other) for other in example.spans)]
    said = [f"应命中而未命中 missing {_describe(one, example)}" for one in missing]
    said += [f"不应命中 unexpected {_describe(one, example)}" for one in extra]
    return "；".join(said)


def _same(one: ExpectedSpan, other: ExpectedSpan) -> bool:
    if one.turn_index is None or other.turn_index is None:
        return max(abs(one.start - other.start), abs(one.end - other.end)) <= SCENE_TOLERANCE_S
    return (one.turn_index, one.start, one.end) == (other.turn_index, other.start, other.end)


def _describe(span: ExpectedSpan, example: Example) -> str:
    if span.turn_index is None:
        return f"{span.start:.2f}-{span.end:.2f} s"
    text = example.conversation.turns[span.turn_index].text
    return f"“{text[int(span.start) : int(span.end)]}”"
