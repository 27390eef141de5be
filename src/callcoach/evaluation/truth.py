"""Truth files: what was really said and done in a recording of a labelled corpus.

Takes a folder of recordings with a JSON file of the same name beside each, or of clips with one
`index.jsonl` that gives each clip's text, and gives typed truth. The format is the development
corpus's; keys that are not used here may be absent or many.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from callcoach.datapath import Speaker
from callcoach.errors import CallCoachError

AUDIO_SUFFIXES = (".flac", ".wav", ".mp3", ".ogg", ".m4a", ".opus", ".amr")
CLIP_INDEX = "index.jsonl"


class CorpusError(CallCoachError):
    """A folder holds no labelled recordings, or a truth file is wrong."""


class _Loose(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


Times = Annotated[float, Field(ge=0)]


class TruthTurn(_Loose):
    """What one speaker said; `chars` are characters with their times."""

    speaker: Speaker
    start: Times
    end: Times
    text: str
    chars: tuple[tuple[str, float, float], ...] = ()


class TruthFinding(_Loose):
    """A fault that must be found."""

    rule: str
    speaker: Speaker
    start: Times
    end: Times
    text: str = ""
    exact: bool = True


class TruthDecoy(_Loose):
    """A wording that must not be found: innocent, or said by the customer."""

    rule: str
    speaker: Speaker
    start: Times
    end: Times
    text: str = ""


class TruthSilence(_Loose):
    """A stretch in which nobody speaks."""

    start: Times
    end: Times
    kind: str
    after_notice: bool = False

    @property
    def seconds(self) -> float:
        """Length."""
        return self.end - self.start


class TruthRaised(_Loose):
    """A turn said louder than the speaker usually does; `agc`: the line's gain control hides it."""

    speaker: Speaker
    start: Times
    end: Times
    agc: bool = False


class TruthCall(_Loose):
    """All that is known of one recording."""

    id: str
    kind: str = ""
    channels: int = 2
    turns: tuple[TruthTurn, ...]
    findings: tuple[TruthFinding, ...] = ()
    decoys: tuple[TruthDecoy, ...] = ()
    silences: tuple[TruthSilence, ...] = ()
    raised: tuple[TruthRaised, ...] = ()
    call_findings: tuple[str, ...] = ()


class Clip(_Loose):
    """A line of `index.jsonl`: read speech of one voice, in one file for each sample rate."""

    id: str
    text: str
    seconds: float = Field(gt=0)
    flac_8k: str = ""
    flac_16k: str = ""


@dataclass(frozen=True, slots=True)
class LabelledRecording:
    """A recording with its truth. `name` is its path below the corpus folder, without suffix."""

    name: str
    audio: Path
    truth: TruthCall


def load_corpus(folder: Path) -> tuple[LabelledRecording, ...]:
    """Find every labelled recording at or below `folder`, in order of name.

    Raises:
        CorpusError: there is none, or a truth file does not have the format; every fault is listed.
    """
    found: list[LabelledRecording] = []
    faults: list[str] = []
    for path in sorted(folder.rglob("*.json")):
        audio = next((path.with_suffix(end) for end in AUDIO_SUFFIXES if path.with_suffix(end).is_file()), None)
        if audio is None:
            continue
        try:
            truth = TruthCall.model_validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            faults.append(f"  {path}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
            continue
        found.append(LabelledRecording(str(path.relative_to(folder).with_suffix("")), audio, truth))
    for path in sorted(folder.rglob(CLIP_INDEX)):
        found += _clips(path, folder, faults)
    if faults:
        raise CorpusError("\n".join(["Truth files of another format (see the corpus's README):", *faults]))
    if not found:
        raise CorpusError(f"{folder} holds no recording with a truth file of the same name (ID.flac with ID.json).")
    return tuple(found)


def _clips(index: Path, folder: Path, faults: list[str]) -> list[LabelledRecording]:
    """Read an index of clips: each file of a clip is a recording. What is wrong is added to `faults`."""
    found: list[LabelledRecording] = []
    for number, line in enumerate(index.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            clip = Clip.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            faults.append(f"  {index}:{number}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
            continue
        turn = TruthTurn(speaker=Speaker.CUSTOMER, start=0.0, end=clip.seconds, text=clip.text)
        files = [index.parent / name for name in (clip.flac_8k, clip.flac_16k) if name]
        faults += [f"  {index}:{number}: there is no file {file.name}" for file in files if not file.is_file()]
        found += [
            LabelledRecording(
                str(file.relative_to(folder).with_suffix("")), file, TruthCall(id=file.stem, channels=1, turns=(turn,))
            )
            for file in files
            if file.is_file()
        ]
    return found
