"""Records one call: both sides on one clock, safe against a crash at any moment.

Taken: one pair of frames (agent, customer) for each tick of the media clock, and the call's facts
as they change. Given: a folder with `recording.wav` and `call.json`. The media thread only appends
to a queue; the recorder's own thread writes, so a slow disk can never be heard in the call. A disk
that refuses ends the recording with a message and never the call.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable
from pathlib import Path

from callcoach.datapath import Call
from callcoach.errors import RecordingError
from callcoach.recording.journal import Journal
from callcoach.recording.marks import marks_of
from callcoach.recording.record import (
    CALL_FILE,
    PRIVATE_FILE_MODE,
    PRIVATE_FOLDER_MODE,
    SCHEMA_VERSION,
    WAV_FILE,
    CallRecord,
    RecordedFile,
    write_record,
)
from callcoach.recording.wav import (
    BYTES_PER_SAMPLE,
    HEADER_BYTES,
    MAX_DATA_BYTES,
    finish_wav,
    sha256_of,
    wav_frames,
)

_LOG = logging.getLogger(__name__)

RECORDER_VERSION = "callcoach-recorder/1"
RAW_FILE = "recording.part"
RESERVED_FILE = ".call.json.reserved"

TICK_S = 0.02
"""Length of one frame of the audio bridge."""
WRITE_INTERVAL_S = 0.1
"""How long frames may wait in memory: what a SIGKILL can cost (the aim is below 1 s)."""
SYNC_INTERVAL_S = 1.0
"""How often written audio is pushed to the disk: what a power cut can cost."""
FREE_SPACE_INTERVAL_S = 5.0
LOST_TICKS_GAP_S = 0.6
"""The library's clock makes up for delays of up to 0.5 s (pjmedia's clock jump limit) by ticking
faster. A recording further behind real time than this has lost its ticks for good, as when the
computer slept; the gap is filled with silence so that later audio keeps its place."""
MAX_WAITING_TICKS = 3000
"""A minute of frames: a disk that blocks for longer ends the recording."""
RESERVED_BYTES = 16384
"""Disk space kept for `call.json`, so that a full disk cannot stop the call's record."""


class CallRecorder:
    """One call's recording.

    `tick` may be called from the media thread; everything else from one other thread.

    Args:
        folder: the call's own folder; made here, readable by its owner only.
        call: the call as known now; replaced later by `note`.
        sample_rate_hz: rate of the frames that will come.
        min_free_bytes: below this much free disk the recording ends.
        on_failure: called from the recorder's thread, once, with the reason in words.
        clock: seconds that never go back.

    Raises:
        RecordingError: the folder or its first files cannot be made.
    """

    def __init__(
        self,
        folder: Path,
        call: Call,
        *,
        sample_rate_hz: int,
        min_free_bytes: int = 0,
        on_failure: Callable[[str], None] = lambda _reason: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self._rate_hz = sample_rate_hz
        self._silence = bytes(round(sample_rate_hz * TICK_S) * BYTES_PER_SAMPLE)
        self._min_free_bytes = min_free_bytes
        self._on_failure = on_failure
        self._clock = clock
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self._notes: deque[Call] = deque(maxlen=1)
        self._started_at: float | None = None
        self._ticks = 0
        self._raw: int | None = None
        self._bytes_written = 0
        self._failure = ""
        self._stop = threading.Event()
        self._synced_at = self._looked_at = clock()
        try:
            folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True)
            self._journal = Journal(folder, sample_rate_hz, RECORDER_VERSION)
            self._journal.write(call)
            _reserve(folder / RESERVED_FILE)
        except OSError as error:
            raise RecordingError(
                f"Cannot record into {folder}: {error}. Check the data folder and its disk.",
                f"无法录到 {folder}：{error}。请检查数据文件夹和磁盘。",
            ) from error
        self._thread = threading.Thread(target=self._work, name=f"recorder {folder.name}", daemon=True)
        self._thread.start()

    @property
    def position_s(self) -> float:
        """How much audio the recording holds so far, in seconds."""
        return self._ticks * TICK_S

    @property
    def failure(self) -> str:
        """Why recording ended early; empty while it goes well."""
        return self._failure

    @property
    def recording(self) -> bool:
        """Whether audio is being recorded now."""
        return self._started_at is not None and not self._failure and not self._stop.is_set()

    def start(self) -> None:
        """Start the audio: the next tick is the first sample of the recording."""
        try:
            self._check_space()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._raw = os.open(self.folder / RAW_FILE, flags, PRIVATE_FILE_MODE)
            _write_all(self._raw, bytes(HEADER_BYTES))
        except OSError as error:
            self._fail(error)
            return
        self._started_at = self._clock()

    def tick(self, agent: bytes, customer: bytes) -> None:
        """Take 20 ms of both sides; empty bytes are silence. Never blocks."""
        if not self.recording:
            return
        self._fill_gap()
        self._waiting.append((agent, customer))
        self._ticks += 1

    def _fill_gap(self) -> None:
        """Append silence for ticks that the clock has lost for good."""
        behind_s = self._clock() - (self._started_at or 0.0) - self.position_s
        if behind_s <= LOST_TICKS_GAP_S:
            return
        missing = int(behind_s / TICK_S)
        self._waiting.extend([(b"", b"")] * missing)
        self._ticks += missing

    def note(self, call: Call) -> None:
        """Keep the call's facts for a recovery; the recorder's thread writes them."""
        self._notes.append(call)

    def finish(self, call: Call, mos: float | None = None) -> CallRecord:
        """End the recording and write `recording.wav` and `call.json`.

        Raises:
            RecordingError: the disk refused; audio and journal stay and are finished at the next start.
        """
        self.stop()
        try:
            record = package(self.folder, call, self._rate_hz, mos=mos)
        except RecordingError:
            self._journal.close()
            raise
        self._journal.remove()
        return record

    def stop(self) -> None:
        """End the audio: what has come in is written, what comes later is dropped."""
        self._stop.set()
        self._thread.join()
        if self._raw is not None:
            os.close(self._raw)
            self._raw = None

    def _work(self) -> None:
        last = False
        while not last:
            last = self._stop.wait(WRITE_INTERVAL_S)
            self._write_notes()
            if self._failure:
                continue
            try:
                self._write_waiting()
                self._look_after_disk()
            except OSError as error:
                self._fail(error)

    def _write_notes(self) -> None:
        """Write the newest facts. A disk that refuses costs the note: `finish` has the facts anyway."""
        try:
            while self._notes:
                self._journal.write(self._notes.popleft())
        except OSError as error:
            _LOG.warning("journal in %s: %s", self.folder, error)

    def _write_waiting(self) -> None:
        count = len(self._waiting)
        if count > MAX_WAITING_TICKS:
            raise OSError(f"the disk took no data for {count * TICK_S:.0f} s")
        pairs = [self._waiting.popleft() for _ in range(count)]
        stereo = interleave(pairs, self._silence)
        if self._bytes_written + len(stereo) > MAX_DATA_BYTES:
            raise OSError("the recording has reached the largest size of a WAV file")
        if stereo and self._raw is not None:
            _write_all(self._raw, stereo)
            self._bytes_written += len(stereo)

    def _look_after_disk(self) -> None:
        now = self._clock()
        if now - self._synced_at >= SYNC_INTERVAL_S and self._raw is not None:
            os.fdatasync(self._raw)
            self._synced_at = now
        if now - self._looked_at >= FREE_SPACE_INTERVAL_S:
            self._check_space()
            self._looked_at = now

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < self._min_free_bytes:
            raise OSError(
                f"{free / 1e6:.0f} MB are free, and recording.min_free_mb keeps {self._min_free_bytes / 1e6:.0f} MB"
            )

    def _fail(self, error: OSError) -> None:
        if self._failure:
            return
        self._failure = str(error) or type(error).__name__
        self._waiting.clear()
        self._on_failure(f"{self.folder}: {self._failure}. The call goes on without recording. Free some disk space.")


def package(
    folder: Path, call: Call, sample_rate_hz: int, *, mos: float | None = None, recovered: bool = False
) -> CallRecord:
    """Finish the raw recording in `folder` and write its `call.json`; safe to repeat after a crash.

    Raises:
        RecordingError: the disk refused.
    """
    raw, wav = folder / RAW_FILE, folder / WAV_FILE
    if raw.exists():
        finish_wav(raw, wav, sample_rate_hz, marks_of(call))
    file = None
    if wav.exists():
        file = RecordedFile(WAV_FILE, sha256_of(wav), sample_rate_hz, wav_frames(wav))
    record = CallRecord(SCHEMA_VERSION, RECORDER_VERSION, call, file, recovered=recovered, mos=mos)
    write_record(record, folder / CALL_FILE, folder / RESERVED_FILE)
    return record


def interleave(pairs: list[tuple[bytes, bytes]], silence: bytes) -> bytes:
    """Return stereo PCM, agent left and customer right; a frame that is too short ends in zeros."""
    if not pairs:
        return b""
    size = len(silence)
    left = b"".join(agent[:size].ljust(size, b"\0") for agent, _ in pairs)
    right = b"".join(customer[:size].ljust(size, b"\0") for _, customer in pairs)
    stereo = array("h", bytes(2 * len(left)))
    stereo[0::2] = array("h", left)
    stereo[1::2] = array("h", right)
    return stereo.tobytes()


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _reserve(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE_MODE)
    try:
        _write_all(handle, bytes(RESERVED_BYTES))
    finally:
        os.close(handle)
