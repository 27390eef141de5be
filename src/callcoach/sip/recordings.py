"""The recordings of a phone's calls: begun with each, finished in the background, recovered after a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from callcoach.datapath import Call
from callcoach.errors import RecordingError
from callcoach.recording.record import CallRecord
from callcoach.recording.recorder import CallRecorder
from callcoach.recording.recovery import recover_all
from callcoach.sip import events, facts
from callcoach.sip.equipment import Equipment


class Recordings:
    """Makes a recorder for each call, and sees that its recording becomes whole."""

    def __init__(self, equipment: Equipment) -> None:
        self._has = equipment
        self._emit = equipment.emit
        self._finisher = ThreadPoolExecutor(1, thread_name_prefix="finish recording")

    def recorder(self, call: Call) -> CallRecorder | None:
        """Return a recorder for a call; None when it is not, or cannot be, recorded."""
        if self._has.recordings is None:
            return None
        try:
            return CallRecorder(
                self._has.recordings / call.id,
                call,
                sample_rate_hz=self._has.settings.clock_rate_hz,
                min_free_bytes=self._has.recording.min_free_mb * 1_000_000,
                on_failure=lambda reason: self._has.post(facts.RecordingStopped(call.id, reason)),
            )
        except RecordingError as error:
            self._emit(events.RecordingFailed(call.id, str(error)))
            return None

    def finish(self, recorder: CallRecorder, call: Call, mos: float | None) -> None:
        """Finish a recording in the background, and tell it."""
        self._finisher.submit(self._finish, recorder, call, mos)

    def recover(self) -> None:
        """Finish, in the background, what an earlier softphone left unfinished."""
        if self._has.recordings is not None:
            self._finisher.submit(self._recover, self._has.recordings)

    def close(self) -> None:
        """Wait until every recording is whole."""
        self._finisher.shutdown(wait=True)

    def _finish(self, recorder: CallRecorder, call: Call, mos: float | None) -> None:
        try:
            record = recorder.finish(call, mos)
        except RecordingError as error:
            self._emit(events.RecordingFailed(call.id, str(error)))
            return
        self._emit(events.RecordingFinished(call.id, recorder.folder, *_sound(recorder.folder, record)))

    def _recover(self, recordings: Path) -> None:
        for found in recover_all(recordings):
            sound = _sound(found.folder, found.record)
            self._emit(events.RecordingRecovered(found.record.call.id, found.folder, *sound))


def _sound(folder: Path, record: CallRecord) -> tuple[Path | None, float]:
    file = record.recording
    return (folder / file.file, file.duration_s) if file else (None, 0.0)
