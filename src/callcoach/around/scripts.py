"""Call scripts: the steps an agent goes through while talking, and which script fits a call. Plain logic."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from callcoach.datapath import Direction
from callcoach.errors import InputError

MOST_STEPS = 40
MOST_TITLE, MOST_SAY = 120, 2000


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """One step: what it is about, what to say, and whether it may be left out."""

    title: str
    say: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Purpose:
    """The calls a script is for; empty: any. `direction` UNKNOWN: both."""

    direction: Direction = Direction.UNKNOWN
    queue: str = ""
    campaign_id: int | None = None


def checked_steps(steps: Iterable[ScriptStep]) -> tuple[ScriptStep, ...]:
    """Return the steps without blanks around their texts.

    Raises:
        InputError: there are none or too many, or a text is missing or too long.
    """
    kept = tuple(ScriptStep(one.title.strip(), one.say.strip(), one.optional) for one in steps)
    if not 0 < len(kept) <= MOST_STEPS:
        raise InputError(
            f"A script has {len(kept)} steps, expected 1 to {MOST_STEPS}.",
            f"话术有 {len(kept)} 步，应为 1 到 {MOST_STEPS} 步。",
        )
    for number, one in enumerate(kept, start=1):
        if not 0 < len(one.title) <= MOST_TITLE or len(one.say) > MOST_SAY:
            raise InputError(
                f"Step {number} needs a title of 1 to {MOST_TITLE} characters, and at most {MOST_SAY} to say.",
                f"第 {number} 步要有 1 到 {MOST_TITLE} 个字的标题，要说的话最多 {MOST_SAY} 个字。",
            )
    return kept


def how_well(purpose: Purpose, call: Purpose) -> int | None:
    """Return how closely a script's purpose is that of a call; None: it is not for it.

    A script for the call's campaign comes before one for its queue, this before one for its direction alone.
    """
    worth = 0
    for wanted, found, points in (
        (purpose.campaign_id, call.campaign_id, 4),
        (purpose.queue, call.queue, 2),
        (None if purpose.direction is Direction.UNKNOWN else purpose.direction, call.direction, 1),
    ):
        if not wanted:
            continue
        if wanted != found:
            return None
        worth += points
    return worth


def missing(steps: tuple[ScriptStep, ...], ticked: Collection[int]) -> int:
    """Return how many steps that may not be left out are not ticked."""
    return sum(not one.optional and number not in ticked for number, one in enumerate(steps))
