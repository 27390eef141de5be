"""Recordings from outside, one after the other: finding them, and turning each into a folder with its results.

A folder of our own softphone (`call.json` beside `recording.wav`) brings its call's facts along and gets its
results under the same id, which is the same folder where results go to the calls of the data folder; any other file
gets a folder of its own, named after the file and its content.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcoach import analysis as stages
from callcoach.asr.engine import Engine
from callcoach.audio.decoding import AgentSide, RawFormat, open_recording
from callcoach.audio.sound import Sound
from callcoach.datapath import Call, CallAnalysis, Conversation, Recording
from callcoach.errors import AudioFormatError, StoreError
from callcoach.recording.record import CALL_FILE, WAV_FILE
from callcoach.recording.store import load_call
from callcoach.reports.page import SOUND_STEM, write_page
from callcoach.rules.rulebook import Rulebook
from callcoach.scoring import Rubric

SOUND_SUFFIXES = frozenset(
    {".wav", ".mp3", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".aac", ".amr", ".awb", ".3gp", ".wma", ".gsm"}
    | {".au", ".aif", ".aiff", ".caf", ".w64", ".webm", ".mka"}
)
"""What is taken from a folder; a file named by itself is tried whatever its name."""
RAW_SUFFIXES = frozenset({".al", ".alaw", ".ul", ".ulaw", ".mulaw", ".g711", ".raw", ".pcma", ".pcmu"})
"""What is taken from a folder besides, when raw G.711 was announced."""
MAX_STEM = 40
"""Characters of a file's name kept in the id of its call."""


@dataclass(frozen=True, slots=True)
class Judges:
    """What listens to a call and judges it; loaded once for many calls."""

    engine: Engine
    rulebook: Rulebook
    rubric: Rubric
    workers: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """How to read recordings from outside. `customer_file` makes the recording the agent's side alone."""

    agent_side: AgentSide = AgentSide.LEFT
    customer_file: Path | None = None
    raw: RawFormat | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """A call that was analysed and where its results lie; `page` is None if none was asked for."""

    analysis: CallAnalysis
    folder: Path
    page: Path | None


def analyse_file(
    path: Path,
    source: Source,
    judges: Judges,
    results_dir: Path,
    *,
    with_page: bool = True,
    on_progress: Callable[[float], None] | None = None,
) -> Filed:
    """Analyse one recording and write `analysis.json` and `report.html`.

    Args:
        path: the recording, or `recording.wav` in a folder of our softphone.
        source: how to read it.
        judges: the recogniser, rulebook and rubric.
        results_dir: the folder in which the call gets a folder of its own, named by the call's id.
        with_page: whether to write the HTML page.
        on_progress: called with the share done, 0 to 1.

    Raises:
        CallCoachError: the recording cannot be read, recognised or its results written.
    """
    with tempfile.TemporaryDirectory(prefix="callcoach-") as work:
        call, recording, sound = _open(path, source, Path(work))
        analysis = stages.analyse(
            recording,
            sound,
            call,
            engine=judges.engine,
            rulebook=judges.rulebook,
            rubric=judges.rubric,
            workers=judges.workers,
            on_progress=on_progress,
        )
        folder = _folder(results_dir / call.id)
        stages.save(analysis, folder)
        return Filed(analysis, folder, write_page(analysis, sound, folder) if with_page else None)


def conversation_at(path: Path, load_judges: Callable[[], Judges]) -> Conversation:
    """What the rules look at in a call: from its analysis where there is one, else by analysing it now.

    Args:
        path: an `analysis.json`, a call's folder, or a recording.
        load_judges: gives the recogniser; only called when there is no analysis yet.

    Raises:
        CallCoachError: there is no such call, or it cannot be read or recognised.
    """
    if path.is_dir():
        inside = [path / name for name in (stages.ANALYSIS_FILE, WAV_FILE) if (path / name).is_file()]
        if not inside:
            raise StoreError(f"{path}: found neither {stages.ANALYSIS_FILE} nor {WAV_FILE}, expected a call's folder.")
        path = inside[0]
    with tempfile.TemporaryDirectory(prefix="callcoach-") as work:
        if path.suffix == ".json":
            analysis = stages.load(path)
            return stages.conversation_of(analysis, _sound_of(analysis, path.parent, Path(work)))
        call, recording, sound = _open(path, Source(), Path(work))
        judges = load_judges()
        analysis = stages.analyse(
            recording,
            sound,
            call,
            engine=judges.engine,
            rulebook=judges.rulebook,
            rubric=judges.rubric,
            workers=judges.workers,
        )
        return stages.conversation_of(analysis, sound)


def _sound_of(analysis: CallAnalysis, folder: Path, work_dir: Path) -> Sound | None:
    """The analysed sound, if its file still lies where it was or beside the analysis, unchanged; else None."""
    known = analysis.recording
    for path in (Path(known.path), folder / Path(known.path).name):
        if known.customer_path or not path.is_file():
            continue
        try:
            recording, sound = open_recording(path, work_dir=work_dir, trust_sides=known.separated)
        except AudioFormatError:  # not readable any more: the rules on loudness say that they lack it
            continue
        if recording.sha256 == known.sha256 and len(known.speakers) == sound.samples.shape[1]:
            return Sound(sound.samples, sound.sample_rate_hz, known.speakers)
    return None


def find_recordings(arguments: Sequence[str], *, raw: bool = False) -> list[Path]:
    """Return the recordings that files, folders and patterns name, each once, in order.

    A folder gives all sound files in it and below, a pattern (`*`, `?`, `[`) what it matches. A name that is none
    of these is returned as it is, so that its absence is reported as the failure of that file.
    """
    found = (
        path
        for argument in arguments
        for path in _expand(argument, SOUND_SUFFIXES | (RAW_SUFFIXES if raw else frozenset()))
    )
    return list(dict.fromkeys(found))


def call_id(path: Path, sha256: str) -> str:
    """Return the id of a call known only by its file: the file's name, made safe, and the start of its hash."""
    stem = re.sub(r"[^\w.-]+", "_", path.stem).strip("._")[:MAX_STEM]
    return f"{stem or 'call'}-{sha256[:10]}"


def _expand(argument: str, suffixes: frozenset[str]) -> Iterator[Path]:
    path = Path(argument)
    if path.is_dir():
        yield from (file for file in sorted(path.rglob("*")) if _is_recording(file, suffixes))
    elif not path.exists() and any(char in argument for char in "*?["):
        anchor = Path(path.anchor)
        matches = sorted(anchor.glob(str(path.relative_to(anchor))))
        for match in matches:
            yield from _expand(str(match), suffixes) if match.is_dir() else [match]
        if not matches:
            yield path
    else:
        yield path


def _is_recording(file: Path, suffixes: frozenset[str]) -> bool:
    ours = file.stem == SOUND_STEM or any(part.startswith(".") for part in file.parts[-2:])
    return file.suffix.lower() in suffixes and file.is_file() and not ours


def _open(path: Path, source: Source, work_dir: Path) -> tuple[Call, Recording, Sound]:
    """Open a recording with what is known of its call."""
    if path.name == WAV_FILE and (path.parent / CALL_FILE).is_file():
        call, _ = load_call(path.parent)
        recording, sound = open_recording(path, work_dir=work_dir, trust_sides=True)
        return call, recording, sound
    recording, sound = open_recording(
        path, agent_side=source.agent_side, other=source.customer_file, raw=source.raw, work_dir=work_dir
    )
    return Call(id=call_id(path, recording.sha256)), recording, sound


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"Could not make the folder {folder}: {error.strerror}. Check its parent's rights.") from error
    return folder
