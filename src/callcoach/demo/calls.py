"""The demonstration's calls: an agent's softphone and a scripted customer talk over real SIP and RTP."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from callcoach.datapath import Direction
from callcoach.demo.party import Party

SETUP_S = 30.0
"""How long ringing and answering may take on a busy machine; it takes well under a second."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A scripted call: `name` finds its two WAV files, the rest is what the phones show."""

    name: str
    direction: Direction
    agent_number: str
    agent_name: str
    customer_number: str
    customer_name: str
    about_zh: str
    about_en: str


DIALOGUES = (
    Dialogue(
        "lost-parcel",
        Direction.INBOUND,
        *("806", "坐席 806"),
        *("13800000020", "李先生"),
        *("客户没收到包裹", "a customer whose parcel is lost"),
    ),
    Dialogue(
        "blocked-card",
        Direction.OUTBOUND,
        *("235", "坐席 235"),
        *("13900000006", "张女士"),
        *("信用卡被锁定", "a customer whose card is blocked"),
    ),
)


@contextmanager
def dialogue_sound(dialogue: Dialogue) -> Iterator[tuple[Path, Path]]:
    """Give the WAV files of agent and customer, which ship with the package."""
    folder = resources.files("callcoach.demo") / "dialogues"
    with ExitStack() as stack:
        files = [folder / f"{dialogue.name}.{side}.wav" for side in ("agent", "customer")]
        agent, customer = (stack.enter_context(resources.as_file(file)) for file in files)
        yield agent, customer


def hold_call(dialogue: Dialogue, data_dir: Path) -> Path:
    """Hold the call from the first ring to the last word; return the folder of its recording.

    Raises:
        SipError: a softphone did not start, or the call did not come about.
    """
    inbound = dialogue.direction is Direction.INBOUND
    waits, ends = ("--auto-answer",), ("--hang-up-when-done",)
    with dialogue_sound(dialogue) as (agent_speech, customer_speech):
        agent = Party(
            dialogue.agent_number, dialogue.agent_name, agent_speech, *(waits if inbound else ends), data_dir=data_dir
        )
        customer_options = ("--no-record", *(ends if inbound else waits))
        customer = Party(
            dialogue.customer_number, dialogue.customer_name, customer_speech, *customer_options, data_dir=data_dir
        )
        with agent, customer:
            caller, called = (customer, agent) if inbound else (agent, customer)
            caller.dial(called)
            limit_s = SETUP_S + _duration_s(agent_speech)
            agent.wait_for("CallEnded", limit_s)
            finished = agent.wait_for("RecordingFinished", SETUP_S)
    return Path(finished["folder"])


def _duration_s(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
