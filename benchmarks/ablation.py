"""What each part of hearing through the recogniser adds to finding banned and forbidden phrases, and what it costs.

Takes calls with separate sides (those of the development corpus, or of the folders given), transcribes each
once, and judges the same transcript six ways. The last line expects of the rules' own sentences only those
that share no five characters in a row with the call: nobody can have written them with the call in mind.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fit_sound_confidence import MODEL, PARTS, strange_to
from callcoach.analysis import SoundListener
from callcoach.asr.turns import build_turns
from callcoach.asr.vosk_engine import VoskEngine
from callcoach.audio.decoding import open_recording
from callcoach.audio.sound import Sound
from callcoach.audio.speech import find_segments
from callcoach.datapath import Call, Conversation, Segment, Speaker, Turn
from callcoach.evaluation.compare import Claim, banned_truths, compare, plain_finds, scored_finds
from callcoach.evaluation.counts import Counts
from callcoach.evaluation.families import load_families
from callcoach.evaluation.truth import LabelledRecording, load_corpus
from callcoach.models.store import require_model
from callcoach.rules.rulebook import Rulebook, load_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.rules.sound.amending import amend_turns
from callcoach.rules.sound.search import SoundIndex
from callcoach.rules.sound.vocabulary import innocence_of, phrases_of, sentences_of
from callcoach.settings import load_settings

GROUP = "banned"


@dataclass(frozen=True)
class Ways:
    """What every way of judging needs."""

    engine: VoskEngine
    rulebook: Rulebook
    index: SoundIndex
    sentences: tuple[str, ...]

    def of(self, recording: LabelledRecording, sound: Sound, turns: Sequence[Turn]) -> Iterator[tuple[str, list[Turn]]]:
        """Yield each way's name and turns; the time between two is what the way costs."""
        listener, agent = SoundListener(self.engine, sound), Speaker.AGENT
        yield "rules on the first pass", list(turns)
        yield "and on sound alone", list(amend_turns(turns, self.index, None, speaker=agent).turns)
        yield "and both readings weighed", list(amend_turns(turns, self.index, listener, speaker=agent).turns)
        heard = amend_turns(turns, self.index, listener, self.sentences, speaker=agent)
        yield "and phrases heard by expectation", list(heard.turns)
        innocent = innocence_of(self.rulebook, agent)
        doubted = amend_turns(turns, self.index, listener, self.sentences, speaker=agent, innocent=innocent)
        yield "and in which context", list(doubted.turns)
        strange = [*strange_to(recording.truth, self.sentences), *self.index.phrases]
        yield (
            "the same, no sentence like the call's",
            list(amend_turns(turns, self.index, listener, strange, speaker=agent, innocent=innocent).turns),
        )


def main() -> None:
    """Print the section."""
    rulebook = load_rulebook("service-language")
    index = SoundIndex(phrases_of(rulebook, Speaker.AGENT))
    engine = VoskEngine(require_model(MODEL, load_settings().models_dir))
    ways = Ways(engine, rulebook, index, sentences_of(rulebook, Speaker.AGENT))
    print("## What each part of the hearing adds\n")
    print("`python -m benchmarks.ablation [FOLDER…]`: banned and forbidden phrases, calls with separate sides,")
    print("the same first pass for all lines. CPU is that of the part, as a share of the first pass of both sides.\n")
    print("| part | judged by | found | false | missed | precision | recall | F1 | CPU |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for folder in [Path(one) for one in sys.argv[1:]] or PARTS:
        print("\n".join(measure(folder, ways)), flush=True)


def measure(calls: Path, ways: Ways) -> list[str]:
    """Return the table rows of one folder of calls."""
    families = load_families()
    counts: defaultdict[str, Counts] = defaultdict(Counts)
    cpu_s: defaultdict[str, float] = defaultdict(float)
    for recording in load_corpus(calls):
        with tempfile.TemporaryDirectory() as folder:
            audio, sound = open_recording(recording.audio, work_dir=Path(folder))
            if not audio.separated:
                continue
            truths = banned_truths(recording.truth, families, GROUP)
            segments = find_segments(sound)
            begun_s = time.process_time()
            turns = build_turns(ways.engine.transcribe(sound, segments))
            cpu_s[""] += time.process_time() - begun_s
            finds = plain_finds(turns, families)
            counts["substrings of the first pass"] += _counts(truths, finds)
            begun_s = time.process_time()
            for name, heard in ways.of(recording, sound, turns):
                cpu_s[name] += time.process_time() - begun_s
                report = apply_rules(ways.rulebook, _conversation(recording, sound, heard, segments))
                counts[name] += _counts(truths, scored_finds(report.findings, families, GROUP))
                begun_s = time.process_time()
    return [_row(calls.name, name, count, cpu_s.get(name, 0.0) / cpu_s[""]) for name, count in counts.items()]


def _conversation(
    recording: LabelledRecording, sound: Sound, turns: Sequence[Turn], segments: Sequence[Segment]
) -> Conversation:
    return Conversation(Call(recording.truth.id), sound.duration_s, tuple(turns), tuple(segments))


def _counts(truths: Sequence[Claim], finds: Sequence[Claim]) -> Counts:
    return compare("", truths, finds, lambda _: "").counts


def _row(part: str, name: str, count: Counts, cpu_share: float) -> str:
    shares = " | ".join("-" if one is None else f"{one:.3f}" for one in (count.precision, count.recall, count.f1))
    cost = f"{cpu_share:.1%}" if cpu_share >= 0.001 else ""
    return f"| {part} | {name} | {count.tp} | {count.fp} | {count.fn} | {shares} | {cost} |"


if __name__ == "__main__":
    main()
