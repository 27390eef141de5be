"""The Vosk engine: the only module that imports vosk.

Takes a checked model folder, sound and segments; gives words. One loaded model serves all threads;
each worker thread has one recogniser, kept from piece to piece because a new one must compose its
decoding graph anew (twice the time, design notes). Vosk releases the interpreter lock while it works.
"""

from __future__ import annotations

import json
import math
import queue
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import vosk
from numpy.typing import NDArray

from callcoach.asr.engine import Progress, Utterance, usable_cores
from callcoach.asr.memory import give_back_memory
from callcoach.asr.pieces import Piece, cut_pieces, portion
from callcoach.asr.spelling import MAX_SPELLINGS, spell
from callcoach.asr.wideband import fed_rate_hz, widen
from callcoach.audio.sound import Sound
from callcoach.datapath import Hearing, Hypothesis, Segment, Word
from callcoach.errors import AsrError

if TYPE_CHECKING:
    from callcoach.asr.vosk_stream import VoskStream

Settings = Mapping[str, Mapping[str, str]]
"""Changed settings of a model: file of its `conf` folder → option → value."""

DECODING: Settings = {
    "model.conf": {"beam": "9.0", "max-active": "2000", "min-active": "50"},
    "mfcc.conf": {"dither": "0"},
}
"""A narrower search than the model's own (12, 5000, 200): half the time at the same error rate
(docs/benchmarks.md). Vosk's dither is random noise: ours, in `wideband`, is the same each time, and so
are the words."""
CHUNK_S = 0.5
"""Sound given to Vosk in one call."""
LONG_PIECE_S = 15.0
"""From here on a piece may be ended where Vosk hears a pause, so that its lattice stays small."""
RETIRE_AFTER_S = 150.0
"""A recogniser is replaced after this much sound: what it composed of its graph only grows, to 130 MB after
150 s, 160 after 250 s, 190 after 350 s, 210 after 600 s, 230 after 950 s. A new one costs as much as 40 s of sound."""
KEEP_BETWEEN_S = 60.0
"""Kept for the next recording when it has heard no more: what comes after the recognition needs the memory."""
MIN_WORD_S = 0.01
"""Words shorter than this are given this length; Vosk's frames are 10 ms."""
ALTERNATIVES = 40
"""Hypotheses asked for when readings are weighed: several spellings of each reading are among them."""
HEARINGS = 100
"""Ways to hear an utterance by expectation: those of a long one differ in several places at once."""
MAX_SENTENCES_KEPT = 65536
"""Expected sentences whose spelling is kept: those of a rulebook of ten thousand phrases and its examples."""
NEVER_LOGS = -1
UNKNOWN_WORD = "[unk]"
"""Vosk's word for speech that a grammar does not hold."""


class VoskEngine:
    """A Vosk model, loaded once; its recognisers are kept for the next recording.

    Also a `RehearingEngine`.

    Raises:
        AsrError: the folder holds no model that Vosk can load.
    """

    name = "vosk"

    def __init__(
        self, model_dir: Path, *, decoding: Settings = DECODING, retire_after_s: float = RETIRE_AFTER_S
    ) -> None:
        vosk.SetLogLevel(NEVER_LOGS)
        self.model = model_dir.name
        self._vosk_model = _load(model_dir, decoding)
        self._spell_once = lru_cache(MAX_SENTENCES_KEPT)(self._spell)
        self._pool = RecogniserPool(lambda rate_hz: Recogniser(self._vosk_model, rate_hz), retire_after_s)
        self._lock = threading.Lock()
        self._expected: tuple[tuple[str, ...], RecogniserPool | None] | None = None
        """The sentences that were expected last, and recognisers that expect them."""

    def transcribe(
        self,
        sound: Sound,
        segments: Sequence[Segment],
        *,
        workers: int = 0,
        on_progress: Progress | None = None,
    ) -> tuple[Utterance, ...]:
        """See `Engine.transcribe`."""
        pieces = cut_pieces(segments, sound.duration_s)
        utterances = _Job(self._pool, sound, portion(pieces), on_progress, _recognise).run(workers or usable_cores())
        self._pool.retire(KEEP_BETWEEN_S)
        return _in_order(utterances)

    def transcribe_expecting(
        self, sound: Sound, stretches: Sequence[Segment], sentences: Sequence[str], *, workers: int = 0
    ) -> tuple[tuple[Hearing, ...], ...]:
        """See `RehearingEngine.transcribe_expecting`."""
        pool = self._expecting(tuple(sentences))
        if pool is None:
            return ()
        pieces = tuple(Piece(one.speaker, one.start_s, one.end_s) for one in stretches)
        job = _Job(pool, sound, portion(pieces), None, _consider)
        return tuple(sorted(job.run(workers or usable_cores()), key=lambda hearings: hearings[0].words[0].start_s))

    def _expecting(self, sentences: tuple[str, ...]) -> RecogniserPool | None:
        """Return recognisers that expect these sentences; None when none of them can be spelt.

        Those of the last sentences are kept: a rulebook expects the same in every call, and what a recogniser
        with a grammar composes is small (10 MB).
        """
        with self._lock:
            if self._expected is None or self._expected[0] != sentences:
                grammar = [spelling for spelling in map(self._spell_once, sentences) if spelling]
                words = [*grammar, UNKNOWN_WORD]
                pool = RecogniserPool(lambda rate_hz: Recogniser(self._vosk_model, rate_hz, words))
                self._expected = sentences, pool if grammar else None
            return self._expected[1]

    def open_stream(self, sample_rate_hz: int) -> VoskStream:
        """See `StreamingEngine.open_stream`."""
        from callcoach.asr.vosk_stream import VoskStream

        return VoskStream(self._pool, sample_rate_hz)

    def warm(self, sample_rate_hz: int, speech: NDArray[np.int16], count: int) -> None:
        """Keep `count` recognisers ready for utterances to come; see `RecogniserPool.warm`."""
        self._pool.warm(sample_rate_hz, speech, count)

    def _spell(self, sentence: str) -> str:
        """Return the sentence in the longest words that the model has; empty when it has none for it."""
        return next(iter(spell(sentence, self.knows)), "")

    def weigh(
        self, samples: NDArray[np.int16], sample_rate_hz: int, readings: Sequence[Sequence[str]]
    ) -> tuple[Hypothesis, ...]:
        """See `RehearingEngine.weigh`."""
        grammar = [sentence for reading in readings for sentence in self._sentences(reading)]
        if not grammar:
            return ()
        recogniser = Recogniser(self._vosk_model, sample_rate_hz, [*grammar, UNKNOWN_WORD])
        return recogniser.weigh(samples)

    def _sentences(self, reading: Sequence[str]) -> list[str]:
        """Spell each part of a reading with the model's words; none when a part cannot be spelt."""
        ways = [[part] if self.knows(part) else spell(part, self.knows) for part in reading]
        return [" ".join(parts) for parts in islice(product(*ways), MAX_SPELLINGS)]

    def knows(self, word: str) -> bool:
        """Say whether the model's vocabulary has this word."""
        return self._vosk_model.vosk_model_find_word(word) >= 0


def _load(model_dir: Path, decoding: Settings) -> Any:
    """Load the model with other decoding settings, leaving its folder as it was checked.

    Vosk takes settings from files in `conf` only, and reads everything while it loads: a folder of
    links around changed copies of those files is enough, for that long.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="callcoach-vosk-") as folder:
            _link_model(model_dir, Path(folder), decoding)
            return vosk.Model(folder)
    except Exception as error:  # vosk raises plain Exception
        raise AsrError(
            f"Vosk could not load the model in {model_dir} ({error}). Run: callcoach models verify {model_dir.name}"
        ) from error


def _link_model(model_dir: Path, folder: Path, decoding: Settings) -> None:
    for entry in model_dir.iterdir():
        if entry.name != "conf":
            (folder / entry.name).symlink_to(entry.resolve(), target_is_directory=entry.is_dir())
    (folder / "conf").mkdir()
    for entry in (model_dir / "conf").iterdir():
        changed = _change(entry.read_text(encoding="utf-8"), decoding.get(entry.name, {}))
        (folder / "conf" / entry.name).write_text(changed, encoding="utf-8")


def _change(text: str, options: Mapping[str, str]) -> str:
    """Set options (`--name=value`, one a line) in a settings file's text."""
    kept = [line for line in text.splitlines() if line.lstrip("-").partition("=")[0] not in options]
    return "\n".join([*kept, *(f"--{name}={value}" for name, value in options.items()), ""])


class RecogniserPool:
    """Recognisers of one kind, kept from one portion of sound to the next."""

    def __init__(self, make: Callable[[int], Recogniser], retire_after_s: float = RETIRE_AFTER_S) -> None:
        """`make` makes one for a sample rate in Hz; one that has heard `retire_after_s` is replaced."""
        self._make = make
        self._retire_after_s = retire_after_s
        self._idle: dict[int, list[Recogniser]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, sample_rate_hz: int) -> Iterator[Recogniser]:
        """Lend a recogniser to one thread until the end of the block; one that failed is dropped."""
        recogniser = self.lend(sample_rate_hz)
        yield recogniser
        self.give_back(recogniser, sample_rate_hz)

    def lend(self, sample_rate_hz: int) -> Recogniser:
        """Hand out a recogniser: an idle one, whose graph is warm, or a new one."""
        with self._lock:
            idle = self._idle.setdefault(sample_rate_hz, [])
            recogniser = idle.pop() if idle else None
        return recogniser or self._make(sample_rate_hz)

    def give_back(self, recogniser: Recogniser, sample_rate_hz: int) -> None:
        """Take a recogniser back; the giver must not keep it."""
        with self._lock:
            self._idle.setdefault(sample_rate_hz, []).append(recogniser)
        del recogniser
        self.retire(self._retire_after_s)

    def warm(self, sample_rate_hz: int, samples: NDArray[np.int16], count: int) -> None:
        """See to it that `count` idle recognisers have heard `samples`, speech of shape (frames,).

        A recogniser composes its decoding graph as it hears: the first words of a new one come a second late.
        """
        while True:
            with self._lock:
                if len(self._idle.setdefault(sample_rate_hz, [])) >= count:
                    return
            recogniser = self._make(sample_rate_hz)
            recogniser.recognise(samples, 0.0)
            with self._lock:
                self._idle[sample_rate_hz].insert(0, recogniser)

    def retire(self, heard_s: float) -> None:
        """Drop the idle recognisers that have heard so much, and give their memory back."""
        with self._lock:
            count = sum(len(idle) for idle in self._idle.values())
            for idle in self._idle.values():
                idle[:] = [one for one in idle if one.heard_s < heard_s]
            dropped = count - sum(len(idle) for idle in self._idle.values())
        if dropped:
            give_back_memory()


T = TypeVar("T")


class _Job(Generic[T]):
    """One recording being heard: portions in a queue, what was heard and progress gathered."""

    def __init__(
        self,
        pool: RecogniserPool,
        sound: Sound,
        portions: Sequence[tuple[Piece, ...]],
        on_progress: Progress | None,
        hear: Callable[[Recogniser, Piece, NDArray[np.int16], float], list[T]],
    ) -> None:
        """`hear` takes a piece, its samples and when they begin (s)."""
        self._pool = pool
        self._hear = hear
        self._sound = sound
        self._portions: queue.SimpleQueue[tuple[Piece, ...]] = queue.SimpleQueue()
        for pieces in portions:
            self._portions.put(pieces)
        self._count = len(portions)
        self._total_s = sum(piece.end_s - piece.start_s for pieces in portions for piece in pieces)
        self._done_s = 0.0
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._failed = threading.Event()

    def run(self, workers: int) -> list[T]:
        """Hear all portions with that many threads."""
        threads = min(workers, self._count)
        if threads <= 1:
            return self._work() if self._count else []
        with ThreadPoolExecutor(threads, thread_name_prefix="vosk") as pool:
            results = [pool.submit(self._work) for _ in range(threads)]
        return [heard for result in results for heard in result.result()]

    def _work(self) -> list[T]:
        heard: list[T] = []
        try:
            while (pieces := self._next_portion()) is not None:
                with self._pool.borrow(self._sound.sample_rate_hz) as recogniser:
                    for piece in pieces:
                        heard += self._hear_piece(recogniser, piece)
        except BaseException:
            self._failed.set()  # the other threads stop at their next portion
            raise
        return heard

    def _next_portion(self) -> tuple[Piece, ...] | None:
        if self._failed.is_set() or self._portions.empty():
            return None
        with suppress(queue.Empty):
            return self._portions.get_nowait()
        return None

    def _hear_piece(self, recogniser: Recogniser, piece: Piece) -> list[T]:
        rate_hz = self._sound.sample_rate_hz
        start = round(piece.start_s * rate_hz)
        samples = self._sound.side(piece.speaker)[start : round(piece.end_s * rate_hz)]
        heard = self._hear(recogniser, piece, samples, start / rate_hz)
        self._report(piece.end_s - piece.start_s)
        return heard

    def _report(self, done_s: float) -> None:
        with self._lock:
            self._done_s += done_s
            if self._on_progress:
                self._on_progress(min(1.0, self._done_s / self._total_s))


def _recognise(recogniser: Recogniser, piece: Piece, samples: NDArray[np.int16], start_s: float) -> list[Utterance]:
    return [Utterance(piece.speaker, words) for words in recogniser.recognise(samples, start_s)]


def _consider(
    recogniser: Recogniser,
    piece: Piece,  # noqa: ARG001
    samples: NDArray[np.int16],
    start_s: float,
) -> list[tuple[Hearing, ...]]:
    return recogniser.consider(samples, start_s)


class Recogniser:
    """A Vosk recogniser that hears one stretch of sound after the other and keeps time."""

    def __init__(self, model: Any, sample_rate_hz: int, grammar: Sequence[str] | None = None) -> None:
        extra = () if grammar is None else (json.dumps(list(grammar), ensure_ascii=False),)
        try:
            self._vosk = vosk.KaldiRecognizer(model, fed_rate_hz(sample_rate_hz), *extra)
        except Exception as error:  # vosk raises plain Exception
            raise AsrError(f"Vosk could not make a recogniser for {sample_rate_hz} Hz sound ({error}).") from error
        self._vosk.SetWords(True)
        self._rate_hz = sample_rate_hz
        self._heard = 0
        """Samples taken so far: Vosk's word times count from the first of them all."""
        self._offset_s = 0.0
        self._latest_s = 0.0
        """Of the utterance that is followed: what its call is ahead of Vosk's times, and how far it was heard."""

    @property
    def heard_s(self) -> float:
        """Sound recognised so far, in seconds."""
        return self._heard / self._rate_hz

    def weigh(self, samples: NDArray[np.int16]) -> tuple[Hypothesis, ...]:
        """Return the likeliest hypotheses for samples (frames,), best first."""
        self._vosk.SetMaxAlternatives(ALTERNATIVES)
        self._vosk.AcceptWaveform(widen(samples, self._rate_hz).tobytes())
        result = json.loads(self._vosk.FinalResult())
        self._heard += len(samples)
        return tuple(_hypothesis(entry) for entry in result.get("alternatives", []) if "confidence" in entry)

    def follow(self, samples: NDArray[np.int16], at_s: float) -> tuple[tuple[Word, ...], str]:
        """Take the next samples (frames,) of an utterance that goes on, the first at `at_s` seconds of its call.

        Returns the words that Vosk closed at a pause, and the text of what is still open.
        """
        offset_s = at_s - self.heard_s
        self._heard += len(samples)
        self._latest_s = offset_s + self.heard_s
        self._offset_s = offset_s
        if self._vosk.AcceptWaveform(widen(samples, self._rate_hz).tobytes()):
            return _words(json.loads(self._vosk.Result()), offset_s, self._latest_s), ""
        partial = json.loads(self._vosk.PartialResult())["partial"]
        return (), "".join(word for word in partial.split() if word != UNKNOWN_WORD)

    def conclude(self) -> tuple[Word, ...]:
        """End the utterance that was followed, and return its words since the last pause."""
        return _words(json.loads(self._vosk.FinalResult()), self._offset_s, self._latest_s)

    def recognise(self, samples: NDArray[np.int16], offset_s: float) -> list[tuple[Word, ...]]:
        """Return the words in samples (frames,), whose first lies at `offset_s` in the recording."""
        results, offset_s, end_s = self._results(samples, offset_s)
        spoken = [_words(result, offset_s, end_s) for result in results]
        return [words for words in spoken if words]

    def consider(self, samples: NDArray[np.int16], offset_s: float) -> list[tuple[Hearing, ...]]:
        """Return for each utterance in samples (frames,) the likeliest ways to hear it; offset as of `recognise`."""
        self._vosk.SetMaxAlternatives(HEARINGS)
        results, offset_s, end_s = self._results(samples, offset_s)
        considered = (_hearings(result, offset_s, end_s) for result in results)
        return [hearings for hearings in considered if hearings]

    def _results(self, samples: NDArray[np.int16], offset_s: float) -> tuple[list[dict[str, Any]], float, float]:
        """Recognise samples, the first at `offset_s`; return Vosk's results, what their times lag, and the end."""
        offset_s -= self._heard / self._rate_hz
        end_s = offset_s + (self._heard + len(samples)) / self._rate_hz
        fed = widen(samples, self._rate_hz)
        step = round(CHUNK_S * fed_rate_hz(self._rate_hz))
        results: list[str] = []
        for start in range(0, len(fed), step):
            ended = self._vosk.AcceptWaveform(fed[start : start + step].tobytes())
            if ended and start >= LONG_PIECE_S / CHUNK_S * step:
                results.append(self._vosk.Result())
        results.append(self._vosk.FinalResult())
        self._heard += len(samples)
        return [json.loads(result) for result in results], offset_s, end_s


def _in_order(utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
    return tuple(sorted(utterances, key=lambda utterance: (utterance.start_s, utterance.speaker)))


def _hypothesis(entry: dict[str, Any]) -> Hypothesis:
    words = (word for word in entry["text"].split() if word != UNKNOWN_WORD)
    return Hypothesis("".join(words), float(entry["confidence"]))


def _hearings(result: dict[str, Any], offset_s: float, latest_s: float) -> tuple[Hearing, ...]:
    """The ways to hear one utterance in which there are words."""
    entries = [entry for entry in result.get("alternatives", []) if "confidence" in entry]
    if not entries:
        return ()
    best = max(float(entry["confidence"]) for entry in entries)
    weights = [math.exp(float(entry["confidence"]) - best) for entry in entries]
    hearings: list[Hearing] = []
    for entry, weight in zip(entries, weights, strict=True):
        share = weight / sum(weights)
        timed = (one for one in entry.get("result", []) if one["word"] != UNKNOWN_WORD)
        hearings.append(Hearing(tuple(_word({**one, "conf": share}, offset_s, latest_s) for one in timed), share))
    return tuple(one for one in hearings if one.words)


def _words(result: dict[str, Any], offset_s: float, latest_s: float) -> tuple[Word, ...]:
    heard = (entry for entry in result.get("result", []) if entry["word"] != UNKNOWN_WORD)
    return tuple(_word(entry, offset_s, latest_s) for entry in heard)


def _word(entry: dict[str, Any], offset_s: float, latest_s: float) -> Word:
    """Make a word of Vosk's entry; digits that depend on what a recogniser heard before are dropped."""
    end_s = round(min(max(entry["end"] + offset_s, MIN_WORD_S), math.floor(latest_s * 100) / 100), 2)
    start_s = min(max(round(entry["start"] + offset_s, 2), 0.0), round(end_s - MIN_WORD_S, 2))
    confidence = min(max(float(entry["conf"]), 0.0), 1.0)
    return Word(entry["word"], start_s, end_s, round(confidence, 2))
