"""Truth files: what was really said and done in a recording of a labelled corpus.

Takes a folder of recordings with a JSON file of the same name beside each, gives typed truth. The
format is the development corpus's; keys that are not used here may be absent or many.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from callcoach.datapath import Speaker
from callcoach.errors import CallCoachError

AUDIO_SUFFIXES = (".flac", ".wav", ".mp3", ".ogg", ".m4a", ".opus", ".amr")


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
    if faults:
        raise CorpusError("\n".join(["Truth files of another format (see the corpus's README):", *faults]))
    if not found:
        raise CorpusError(f"{folder} holds no recording with a truth file of the same name (ID.flac with ID.json).")
    return tuple(found)
