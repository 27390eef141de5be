"""The plain data that passes between the stages, in the order of the data path.

Call → Recording → Segment → Word → Turn → Finding → Scorecard. Nothing here does I/O or imports
another part of CallCoach. Times are seconds from the start of the recording; intervals are
half-open, `start_s <= t < end_s`. Every type refuses impossible values when it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Speaker(StrEnum):
    """Who is heard. `UNKNOWN` is a mono mix whose sides cannot be told apart."""

    AGENT = "agent"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    """Who placed the call, seen from the call centre."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad a finding is, mildest first."""

    NOTICE = "notice"
    WARNING = "warning"
    SERIOUS = "serious"
    FATAL = "fatal"


class CallEventKind(StrEnum):
    """What happened to the call as signalling saw it."""

    RING = "ring"
    ANSWER = "answer"
    HOLD = "hold"
    RESUME = "resume"
    MUTE = "mute"
    UNMUTE = "unmute"
    DTMF = "dtmf"
    TRANSFER = "transfer"
    TRANSFER_FAILED = "transfer_failed"
    CONFERENCE = "conference"
    SPLIT = "split"
    BARGE_STARTED = "barge_started"
    BARGE_ENDED = "barge_ended"
    NOTICE = "notice"
    NOTICE_ENDED = "notice_ended"
    RECORDING_PAUSED = "recording_paused"
    RECORDING_RESUMED = "recording_resumed"
    RECORDING_FAILED = "recording_failed"
    RECOVERED = "recovered"
    END = "end"


MAX_SCORE = 100.0
"""The best score a call can have; the lowest is 0."""


def _check_interval(what: str, start_s: float, end_s: float) -> None:
    if not 0 <= start_s < end_s:
        raise ValueError(f"{what}: expected 0 <= start < end, got start={start_s} s, end={end_s} s")


def _check_unit(what: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{what}: expected 0 to 1, got {value}")


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One event of the call's signalling.

    `at_s` is negative for what came before the recording began (ringing). `by` is the side that
    caused it, `UNKNOWN` when neither did (the network, a crash). `detail` is free text: the digit
    of a DTMF event, the target of a transfer, the reason of an end.
    """

    kind: CallEventKind
    at_s: float
    by: Speaker = Speaker.UNKNOWN
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RtpQuality:
    """What the media stream suffered, read at the end of the call. `None`: not measured."""

    packets_received: int
    packets_lost: int
    jitter_ms: float | None
    round_trip_ms: float | None

    @property
    def loss_ratio(self) -> float:
        """Lost packets as a share of those sent to us, 0 to 1."""
        expected = self.packets_received + self.packets_lost
        return self.packets_lost / expected if expected else 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the telephone system knew it."""

    id: str
    direction: Direction = Direction.UNKNOWN
    agent: str = ""
    team: str = ""
    """Team of the agent; empty: not known."""
    remote_number: str = ""
    remote_name: str = ""
    started_at: datetime | None = None
    """When the call was set up (time zone aware); `None` when the file did not say."""
    events: tuple[CallEvent, ...] = ()
    ended_by: Speaker | None = None
    end_reason: str = ""
    codec: str = ""
    encrypted: bool | None = None
    """Whether the sound travelled under SRTP; `None`: not known, as with files from elsewhere."""
    quality: RtpQuality | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Chosen SIP headers of the INVITE, such as X-Call-ID."""
    queue: str = ""
    """Queue the call came through; empty: none, or not known."""
    tags: tuple[str, ...] = ()
    """Labels given to the call, such as `complaint`."""

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("Call.id: expected a non-empty id")
        if self.started_at is not None and self.started_at.tzinfo is None:
            raise ValueError("Call.started_at: expected a time with a time zone")


class NoteKind(StrEnum):
    """What a reader must know about a recording before trusting what is said of it."""

    MONO = "mono"
    SAME_CHANNELS = "same_channels"
    SILENT_SIDE = "silent_side"
    PADDED = "padded"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    HEADER_REPAIRED = "header_repaired"


@dataclass(frozen=True, slots=True)
class RecordingNote:
    """One remark about a recording, in both languages, shown wherever its results are shown."""

    kind: NoteKind
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file on disk. `speakers[i]` is who is heard on channel `i`.

    Where the sides came as two mono files, `path` and `sha256` are the agent's and
    `customer_path` and `customer_sha256` the customer's; otherwise these are empty.
    """

    path: str
    sha256: str
    sample_rate_hz: int
    duration_s: float
    speakers: tuple[Speaker, ...]
    source_format: str = ""
    """Codec and container of the file as it came in, for example `pcm_s16le/wav`."""
    customer_path: str = ""
    customer_sha256: str = ""
    notes: tuple[RecordingNote, ...] = ()

    def __post_init__(self) -> None:
        if self.duration_s <= 0:
            raise ValueError(f"Recording.duration_s: expected > 0, got {self.duration_s}")
        if not self.speakers:
            raise ValueError("Recording.speakers: expected at least one channel")

    @property
    def separated(self) -> bool:
        """Whether agent and customer are on channels of their own."""
        return Speaker.UNKNOWN not in self.speakers


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in which one speaker's channel holds speech."""

    speaker: Speaker
    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        _check_interval("Segment", self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class Word:
    """A word the recogniser wrote, `confidence` 0 to 1."""

    text: str
    start_s: float
    end_s: float
    confidence: float

    def __post_init__(self) -> None:
        _check_interval(f"Word {self.text!r}", self.start_s, self.end_s)
        _check_unit(f"Word {self.text!r} confidence", self.confidence)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way in which a recogniser may have heard a stretch of sound.

    `log_likelihood` (natural logarithm) only means something beside that of another hypothesis on
    the same stretch: their difference says how many times likelier the one is.
    """

    text: str
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """One way in which a recogniser may have heard an utterance, with its words and how probable it is.

    `probability` is a share among the ways that the recogniser kept, 0 to 1; it is the words' confidence too.
    """

    words: tuple[Word, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said without giving up the floor.

    `words` carry the times; `text` is their texts joined without spaces. A turn typed by hand (a
    rule's example) has no words.
    """

    index: int
    speaker: Speaker
    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...] = ()

    def __post_init__(self) -> None:
        _check_interval(f"Turn {self.index}", self.start_s, self.end_s)
        if self.words and "".join(word.text for word in self.words) != self.text:
            raise ValueError(f"Turn {self.index}: the text is not its words joined: {self.text!r}")


@dataclass(frozen=True, slots=True)
class LevelTrack:
    """A speaker's loudness over the call: one RMS level (dBFS) for each hop of `hop_s` seconds.

    `speech[i]` says whether hop `i` lies in one of the speaker's segments.
    """

    hop_s: float
    dbfs: Sequence[float]
    speech: Sequence[bool]

    def __post_init__(self) -> None:
        if self.hop_s <= 0:
            raise ValueError(f"LevelTrack.hop_s: expected > 0, got {self.hop_s}")
        if len(self.dbfs) != len(self.speech):
            raise ValueError(f"LevelTrack: {len(self.dbfs)} levels but {len(self.speech)} speech flags")


@dataclass(frozen=True, slots=True)
class PitchTrack:
    """A speaker's pitch over the call: one value (Hz) for each hop of `hop_s` seconds; 0 where it has none."""

    hop_s: float
    hz: Sequence[float]

    def __post_init__(self) -> None:
        if self.hop_s <= 0:
            raise ValueError(f"PitchTrack.hop_s: expected > 0, got {self.hop_s}")


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that the rules may look at: one call's turns, speech, levels and events."""

    call: Call
    duration_s: float
    turns: tuple[Turn, ...]
    segments: tuple[Segment, ...] = ()
    levels: dict[Speaker, LevelTrack] = field(default_factory=dict[Speaker, LevelTrack])
    separated: bool = True
    """False for a mono mix: rules that must know who spoke are not evaluated."""
    pitches: dict[Speaker, PitchTrack] = field(default_factory=dict[Speaker, PitchTrack])
    dropouts: dict[Speaker, tuple[tuple[float, float], ...]] = field(
        default_factory=dict[Speaker, tuple[tuple[float, float], ...]]
    )
    """Where each side's line lost the sound, in seconds."""


class FindingStatus(StrEnum):
    """Whether a finding takes points or waits for a person."""

    SCORED = "scored"
    TO_REVIEW = "to_review"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found, with the evidence for it.

    `value` and `threshold` are in `unit` (`s`, `dB`, …) and `None` for phrases, whose evidence is
    `quote`: the words as transcribed, at `text_span` (characters, half-open) of turn `turn_index`.
    """

    id: str
    rule_id: str
    rule_version: int
    name_zh: str
    name_en: str
    category: str
    severity: Severity
    speaker: Speaker
    start_s: float
    end_s: float
    turn_index: int | None = None
    text_span: tuple[int, int] | None = None
    quote: str = ""
    value: float | None = None
    threshold: float | None = None
    unit: str = ""
    note_zh: str = ""
    """What else was measured there, such as the pitch of a raised voice; empty: nothing."""
    note_en: str = ""
    confidence: float = 1.0
    status: FindingStatus = FindingStatus.SCORED
    advice_zh: str = ""
    advice_en: str = ""
    source: str = ""
    dimension: str = ""
    """Rubric dimension the rule asks for; empty: the rubric decides by category."""
    points: float | None = None
    """Points the rule asks for; `None`: the rubric decides by severity."""

    def __post_init__(self) -> None:
        _check_interval(f"Finding {self.id}", self.start_s, self.end_s)
        _check_unit(f"Finding {self.id} confidence", self.confidence)


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A rule that was left out on purpose, and why (for example: speakers not separated)."""

    rule_id: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that crashed. It is shown beside the score, never swallowed."""

    rule_id: str
    error: str


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What the whole rulebook said of one call."""

    rulebook: str
    rulebook_version: str
    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...] = ()
    failures: tuple[RuleFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points taken off one dimension for one finding; `capped` when a cap cut the points."""

    finding_id: str
    dimension: str
    points: float
    capped: bool = False


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension of the rubric: `score` of `max_points` are left."""

    id: str
    name_zh: str
    name_en: str
    max_points: float
    score: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The score, 0 to 100, and where each lost point went. It can be recomputed from findings."""

    rubric: str
    rubric_version: str
    score: float
    dimensions: tuple[DimensionScore, ...]
    deductions: tuple[Deduction, ...]
    fatal_finding_ids: tuple[str, ...] = ()
    not_assessed_zh: tuple[str, ...] = ()
    """What this score says nothing about, because rules were not evaluated or failed."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= MAX_SCORE:
            raise ValueError(f"Scorecard.score: expected 0 to 100, got {self.score}")


@dataclass(frozen=True, slots=True)
class Transcript:
    """The recogniser's words as turns, and with what they were made."""

    turns: tuple[Turn, ...]
    engine: str
    model: str
    first_heard: tuple[Turn, ...] = ()
    """Those turns that a second hearing changed, as the first pass wrote them."""

    @property
    def first_pass(self) -> tuple[Turn, ...]:
        """All turns as the first pass wrote them."""
        before = {turn.index: turn for turn in self.first_heard}
        return tuple(before.get(turn.index, turn) for turn in self.turns)


@dataclass(frozen=True, slots=True)
class CallAnalysis:
    """Everything known of one analysed call: what `analysis.json` holds."""

    schema_version: int
    callcoach_version: str
    call: Call
    recording: Recording
    segments: tuple[Segment, ...]
    transcript: Transcript
    rules: RuleReport
    scorecard: Scorecard
