"""Fit the constants of `callcoach.rules.sound.confidence` anew, and say how well they predict.

Run `python -m benchmarks.fit_sound_confidence [FOLDER…]` after the recogniser, its settings or the tables
of `confusions` have changed (about ten minutes). Every recording with separate sides of the development
corpus and of more folders (`benchmarks.made_calls` renders train and train-hard) is transcribed; near misses
of the rulebook's phrases on the agent's side are heard again; whether the phrase was really said there is
read from the truth's characters. A place where another of the phrases was said (我们不能 for 我不能) teaches
nothing and is left out. Reported: the weights over all, and right and wrong decisions when each call is
predicted by weights fitted on the other calls. A call and its copy over a bad line count as one, so that no
sentence is on both sides of the split; and of the rules' own sentences those are not expected that share
five characters with what the call says.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from callcoach.analysis import SoundListener
from callcoach.asr.turns import build_turns
from callcoach.asr.vosk_engine import VoskEngine
from callcoach.audio.decoding import open_recording
from callcoach.audio.speech import find_segments
from callcoach.datapath import Speaker, Turn
from callcoach.evaluation.truth import LabelledRecording, TruthCall, load_corpus
from callcoach.models.store import require_model
from callcoach.rules.normalise import normalise
from callcoach.rules.phrases import TrieFinder
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.sound.amending import gather_places, likely
from callcoach.rules.sound.confidence import figures_of, limited
from callcoach.rules.sound.expecting import expect
from callcoach.rules.sound.proposals import Proposal, propose
from callcoach.rules.sound.rehearing import ask, question_for
from callcoach.rules.sound.search import SoundIndex
from callcoach.rules.sound.vocabulary import phrases_of, sentences_of
from callcoach.settings import load_settings

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("CALLCOACH_CORPUS", ROOT.parent / "shared" / "corpus"))
PARTS = (CORPUS / "dev", CORPUS / "dev-hard")
MODEL = "vosk-model-small-cn-0.22"
RIDGE = 0.5
"""Pull of each weight, on figures of unit spread, towards nothing: there are few true near misses."""
NEAR_S = 0.2
"""A proposal counts as right when it overlaps the phrase in the truth, allowing so much in time."""
THRESHOLDS = (0.4, 0.5, 0.6)
LEAST_PRIOR = 0.0025
"""Less likely places than those that the product weighs: a model learns from what is plainly wrong too."""
SHARED_CHARACTERS = 5
"""So many in a row are no coincidence: the sentence was written with the call in mind."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One near miss: the figures the model sees, and whether the phrase was said.

    `spotted` and `log_ratio` are those of the second hearing; `log_ratio` is None before it.
    """

    call: str
    syllables: int
    cost: float
    sure: float
    spotted: float
    log_ratio: float | None
    said: bool
    proposal: Proposal


def gather(
    engine: VoskEngine, index: SoundIndex, sentences: Sequence[str], recording: LabelledRecording, folder: Path
) -> Iterator[Sample]:
    """Yield the near misses of one recording, before and after the second hearing."""
    audio, sound = open_recording(recording.audio, work_dir=folder)
    if audio.separated:
        heard = build_turns(engine.transcribe(sound, find_segments(sound)))
        turns = tuple(turn for turn in heard if turn.speaker is Speaker.AGENT)
        yield from heard_once(turns, index, recording)
        yield from hear_again(turns, SoundListener(engine, sound), index, sentences, recording)


def strange_to(call: TruthCall, sentences: Sequence[str]) -> list[str]:
    """Return the sentences that share no `SHARED_CHARACTERS` in a row with the call, however it says you."""
    said = normalise("".join(turn.text for turn in call.turns)).text
    runs = {said[at : at + SHARED_CHARACTERS] for at in range(len(said) - SHARED_CHARACTERS + 1)}
    return [one for one in sentences if not runs & _runs(normalise(one).text)]


def _runs(text: str) -> set[str]:
    return {text[at : at + SHARED_CHARACTERS] for at in range(len(text) - SHARED_CHARACTERS + 1)}


def heard_once(turns: Sequence[Turn], index: SoundIndex, recording: LabelledRecording) -> Iterator[Sample]:
    """Yield all near misses by sound."""
    call, said = recording.name.split("/")[-1], phrases_said(recording.truth, index.phrases)
    for one in propose(turns, index):
        there = phrases_at(one, said)
        if one.phrase in there or not there:
            yield Sample(call, *figures_of(one), one.sure, 0.0, None, one.phrase in there, one)


def hear_again(
    turns: Sequence[Turn],
    listener: SoundListener,
    index: SoundIndex,
    sentences: Sequence[str],
    recording: LabelledRecording,
) -> Iterator[Sample]:
    """Yield the near misses in turns that were transcribed already."""
    by_index = {turn.index: turn for turn in turns}
    said = phrases_said(recording.truth, index.phrases)
    # The phrases themselves are expected in every call.
    expected = [*strange_to(recording.truth, sentences), *index.phrases]
    heard = expect(turns, likely(propose(turns, index), LEAST_PRIOR), index.phrases, expected, listener)
    for place in gather_places(heard.proposals, LEAST_PRIOR):
        question = question_for(place.proposals, by_index[place.proposals[0].turn_index])
        for one, evidence in zip(place.proposals, ask(listener, question, place.proposals), strict=True):
            there = phrases_at(one, said)
            if evidence is not None and (one.phrase in there or not there):
                call, spotted = recording.name.split("/")[-1], one.spotted or 0.0
                yield Sample(
                    call, *figures_of(one), one.sure, spotted, limited(evidence.log_ratio), one.phrase in there, one
                )


def phrases_at(proposal: Proposal, said: Sequence[tuple[str, Speaker, float, float]]) -> set[str]:
    """Return which phrases the truth has where the proposal lies."""
    return {phrase for phrase, speaker, start_s, end_s in said if overlaps(proposal, speaker, start_s, end_s)}


def overlaps(proposal: Proposal, speaker: Speaker, start_s: float, end_s: float) -> bool:
    """Whether a phrase of the truth lies, but for `NEAR_S`, where the proposal does."""
    return proposal.speaker is speaker and start_s - NEAR_S < proposal.end_s and proposal.start_s < end_s + NEAR_S


def phrases_said(truth: TruthCall, phrases: Sequence[str]) -> list[tuple[str, Speaker, float, float]]:
    """Return phrase, speaker, start and end (s) of every place where the truth holds one letter for letter."""
    finder = TrieFinder(phrases)
    found: list[tuple[str, Speaker, float, float]] = []
    for turn in truth.turns:
        letters = [(normalise(letter).text, start, end) for letter, start, end in turn.chars]
        spoken = [one for one in letters if one[0]]
        hits = finder.find("".join(letter for letter, _, _ in spoken))
        found += [(hit.pattern, turn.speaker, spoken[hit.start][1], spoken[hit.end - 1][2]) for hit in hits]
    return found


def fit(figures: NDArray[np.float64], said: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights of a logistic regression (Newton's method): constant first, then each column of `figures`."""
    centre, spread = figures.mean(axis=0), figures.std(axis=0)
    columns = np.column_stack([np.ones(len(figures)), (figures - centre) / spread])
    ridge = np.diag([1e-9, *[RIDGE] * figures.shape[1]])
    weights = np.zeros(columns.shape[1])
    for _ in range(50):
        guess = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (guess - said) + ridge @ weights
        curve = (columns * (guess * (1 - guess))[:, None]).T @ columns + ridge
        weights -= np.linalg.solve(curve, slope)
    per_unit = weights[1:] / spread
    return np.concatenate([[weights[0] - per_unit @ centre], per_unit])


def predict_left_out(samples: list[Sample], columns: tuple[str, ...]) -> NDArray[np.float64]:
    """Return for each sample the probability by weights fitted without its call."""
    figures = np.array([[getattr(one, column) for column in columns] for one in samples], dtype=np.float64)
    said, calls = np.array([one.said for one in samples]), np.array([one.call for one in samples])
    guess = np.zeros(len(samples))
    for call in np.unique(calls):
        weights = fit(figures[calls != call], said[calls != call])
        guess[calls == call] = 1 / (1 + np.exp(-(weights[0] + figures[calls == call] @ weights[1:])))
    return guess


def report(name: str, samples: list[Sample], columns: tuple[str, ...]) -> None:
    """Print the weights over all samples, and the errors with calls left out."""
    figures = np.array([[getattr(one, column) for column in columns] for one in samples], dtype=np.float64)
    said = np.array([one.said for one in samples])
    shown = ", ".join(f"{weight:.2f}" for weight in fit(figures, said))
    print(f"{name} = Logistic({shown})  # constant, {', '.join(columns)}")
    guess = predict_left_out(samples, columns)
    loss = -np.mean(np.log(np.where(said, guess, 1 - guess)))
    print(f"  calls left out: log loss {loss:.4f}, Brier score {np.mean((guess - said) ** 2):.4f}")
    for threshold in THRESHOLDS:
        found, wrong = np.sum(said & (guess >= threshold)), np.sum(~said & (guess >= threshold))
        print(f"  from {threshold}: {found} of {said.sum()} near misses found, {wrong} of {np.sum(~said)} others too")


def main() -> None:
    """Gather from every part of the corpus, fit and print."""
    engine = VoskEngine(require_model(MODEL, load_settings().models_dir))
    rulebook = load_rulebook("service-language")
    index = SoundIndex(phrases_of(rulebook, Speaker.AGENT))
    sentences = sentences_of(rulebook, Speaker.AGENT)
    samples: list[Sample] = []
    for folder_of_calls in (*PARTS, *map(Path, sys.argv[1:])):
        for recording in load_corpus(folder_of_calls):
            with tempfile.TemporaryDirectory() as folder:
                samples += gather(engine, index, sentences, recording, Path(folder))
    again = [one for one in samples if one.log_ratio is not None]
    report("HEARD_AGAIN", again, ("syllables", "cost", "sure", "spotted", "log_ratio"))
    report("EXPECTED", again, ("syllables", "cost", "sure", "spotted"))
    report("HEARD_ONCE", [one for one in samples if one.log_ratio is None], ("syllables", "cost", "sure"))


if __name__ == "__main__":
    main()
