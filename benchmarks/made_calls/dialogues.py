"""The dialogues of the text files here as data: who says what, and which words must or must not be found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("dialogues.txt")
UNSEEN = Path(__file__).with_name("unseen.txt")
"""Written by another hand than the rules; decoded once, after the last change to what is measured."""
OWN = ("bushi_yinggai_zuode", "zuobuliao", "danshi")
"""Families of banned wordings besides those that begin with 我."""
SPEAKERS = {"A": "agent", "C": "customer"}
_CALL = re.compile(r"# (?P<part>train|held-out|unseen)-(?P<number>\d+) (?P<kind>\w+) (?P<domain>\w+)")
_MARK = re.compile(r"\{(?P<fault>\w+)\|(?P<said>[^}]+)\}|<(?P<decoy>\w+)\|(?P<innocent>[^>]+)>")


@dataclass(frozen=True)
class Mark:
    """Words at `start` of the turn's text that belong to a family; `fault`: they must be found."""

    family: str
    start: int
    words: str
    fault: bool


@dataclass(frozen=True)
class Said:
    """One turn."""

    speaker: str
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Dialogue:
    """One call. `part` is train, held-out or unseen."""

    id: str
    part: str
    kind: str
    domain: str
    turns: tuple[Said, ...]


def read_dialogues(file: Path = FILE) -> list[Dialogue]:
    """Read all calls.

    Raises:
        ValueError: a line is neither a call, a turn nor a comment.
    """
    found: list[tuple[re.Match[str], list[Said]]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if head := _CALL.fullmatch(line):
            found.append((head, []))
        elif found and line[:2] in ("A ", "C "):
            found[-1][1].append(read_turn(SPEAKERS[line[0]], line[2:]))
        elif line and not line.startswith("#"):
            raise ValueError(
                f"{file.name}:{number}: found {line!r}, expected a call (# PART-NN …) or a turn (A … or C …)"
            )
    return [
        Dialogue(f"{head['part']}-{head['number']}", head["part"], head["kind"], head["domain"], tuple(turns))
        for head, turns in found
    ]


def read_turn(speaker: str, written: str) -> Said:
    """Take the marks out of a turn."""
    text, marks, at = "", [], 0
    for match in _MARK.finditer(written):
        text += written[at : match.start()]
        words = match["said"] or match["innocent"]
        marks.append(Mark(match["fault"] or match["decoy"], len(text), words, bool(match["fault"])))
        text += words
        at = match.end()
    return Said(speaker, text + written[at:], tuple(marks))


def family(name: str) -> str:
    """Return the full name of a family of wordings."""
    if name == "evade":
        return "complaint.evade"
    said_of_oneself = name in OWN or (name.startswith("wo_") and name != "wo_buzhidao")
    return f"banned.{name}" if said_of_oneself else f"forbidden.{name}"
