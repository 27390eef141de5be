"""What the calls of one phone share: settings, the agent's audio, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from callcoach.settings import RecordingSettings, SipSettings
from callcoach.sip import events, facts
from callcoach.sip.pjsua.bridge import Tick
from callcoach.sip.ports import AudioFactory


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a switchboard works with.

    `recordings` is None when calls are not recorded. `listeners` returns the ticks that hear a call besides its
    recorder; `post` takes facts from any thread. Without `hold_others` several calls are talked on at once.
    """

    settings: SipSettings
    recordings: Path | None
    recording: RecordingSettings
    audio: AudioFactory
    hold_others: bool
    listeners: Callable[[str], tuple[Tick, ...]]
    emit: Callable[[events.PhoneEvent], None]
    post: Callable[[facts.Fact], None]
