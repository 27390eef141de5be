"""The process that listens to live calls, and the messages it takes and gives over one pipe.

It runs apart from the server, so that recognition never makes a page or a telephone wait, and its end ends nothing
else. Takes orders, gives `(call id, update)`; it knows no web, database or SIP.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from callcoach.asr.engine import StreamingEngine
from callcoach.datapath import Call, CallEvent
from callcoach.errors import CallCoachError
from callcoach.live.call import LiveCall
from callcoach.live.speaking_up import speaking
from callcoach.live.updates import LiveUpdate
from callcoach.rules.rulebook import RuleText, load_rulebook
from callcoach.rules.runner import run_examples
from callcoach.scoring import load_rubric

log = logging.getLogger(__name__)

READY_RECOGNISERS = 2
"""Kept warm beside those in use: two sides may begin to speak at once."""
LOOK_EVERY_S = 0.5
RETIRE_AFTER_S = 900.0
"""Recognisers of live calls serve six times as long as elsewhere: a new one takes the time of 40 s of sound from the
calls that go on, and grows by little any more (`callcoach.asr.vosk_engine`)."""
WARMING_NICENESS = 10
"""Warming up is for later: who speaks now goes first."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A call begins to be heard. `choices`: rules that trainers have speak up, or not, against the default."""

    call: Call
    sample_rate_hz: int
    choices: Mapping[str, bool] = field(default_factory=dict[str, bool])
    from_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Hear:
    """The next sound: 16-bit samples, agent and customer in turn."""

    call_id: str
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the call's signalling."""

    call_id: str
    event: CallEvent


@dataclass(frozen=True, slots=True)
class Finish:
    """The call has ended."""

    call_id: str


@dataclass(frozen=True, slots=True)
class UseRules:
    """Other rules are in force for the calls that begin from now on."""

    published: tuple[RuleText, ...]


Order = Begin | Hear | Happened | Finish | UseRules


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded; orders are being carried out."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the process works with."""

    model_dir: Path
    rulebook: str
    rubric: str
    published: tuple[RuleText, ...] = ()
    """Rules that trainers published in the place of the rulebook's."""
    warming: Path | None = None
    """A mono WAV file of 8 kHz speech that warms recognisers; None: the first words of a call come late."""


class Worker:
    """Carries out orders until the pipe is closed."""

    def __init__(self, setup: Setup, engine: StreamingEngine, pipe: Connection) -> None:
        self._engine = engine
        self._setup = setup
        self._rulebook = load_rulebook(setup.rulebook, drafts=setup.published)
        self._rubric = load_rubric(setup.rubric)
        self._pipe = pipe
        self._telling = threading.Lock()
        self._calls: dict[str, LiveCall] = {}
        self._stopping = threading.Event()
        self._speech = _read(setup.warming) if setup.warming else None
        for _ in run_examples(self._rulebook):  # loads dictionaries now, not within the first call's first phrase
            pass

    def run(self) -> None:
        """Work until nobody gives orders any more."""
        warmer = threading.Thread(target=self._keep_warm, name="warm")
        warmer.start()
        self._send(Ready())
        try:
            while True:
                self._obey(self._pipe.recv())
        except EOFError:
            pass
        finally:
            self._stopping.set()
            for call in self._calls.values():
                call.finish()
            warmer.join()

    def _obey(self, order: Order) -> None:
        match order:
            case Begin(call, rate_hz, choices, from_s):
                self._calls[call.id] = LiveCall(
                    call,
                    engine=self._engine,
                    rulebook=self._rulebook,
                    rubric=self._rubric,
                    speaks=speaking(self._rulebook, choices),
                    sample_rate_hz=rate_hz,
                    tell=partial(self._tell, call.id),
                    from_s=from_s,
                )
            case Hear(call_id, pcm):
                if call_id in self._calls:
                    self._calls[call_id].hear(np.frombuffer(pcm, dtype="<i2").reshape(-1, 2))
            case Happened(call_id, event):
                if call_id in self._calls:
                    self._calls[call_id].hear_event(event)
            case UseRules(published):
                threading.Thread(target=self._use_rules, args=(published,), name="rules").start()
            case Finish(call_id):
                if (ended := self._calls.pop(call_id, None)) is not None:
                    threading.Thread(target=ended.finish, name=f"finish-{call_id}").start()

    def _use_rules(self, published: tuple[RuleText, ...]) -> None:
        """Load them beside the calls that go on: it takes longer than a hint may."""
        try:
            self._rulebook = load_rulebook(self._setup.rulebook, drafts=published)
        except CallCoachError:
            log.exception("live calls go on with the rules of before")

    def _tell(self, call_id: str, update: LiveUpdate) -> None:
        self._send((call_id, update))

    def _send(self, message: object) -> None:
        with self._telling:
            try:
                self._pipe.send(message)
            except OSError:  # the server is gone: `run` meets the end of the pipe
                self._stopping.set()

    def _keep_warm(self) -> None:
        while self._speech is not None and not self._stopping.is_set():
            rate_hz, samples = self._speech
            self._engine.warm(rate_hz, samples, READY_RECOGNISERS)
            self._give_way()  # from the second time on: nobody can be heard before the first recognisers are ready
            self._stopping.wait(LOOK_EVERY_S)

    def _give_way(self) -> None:
        with contextlib.suppress(OSError, AttributeError):  # threads have a niceness on Linux; elsewhere this competes
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), WARMING_NICENESS)


def serve(setup: Setup, pipe: Connection) -> None:
    """Run the process: load the model, then carry out orders."""
    from callcoach.asr.vosk_engine import VoskEngine

    Worker(setup, VoskEngine(setup.model_dir, retire_after_s=RETIRE_AFTER_S), pipe).run()


def _read(path: Path) -> tuple[int, NDArray[np.int16]]:
    with wave.open(str(path), "rb") as file:
        return file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
