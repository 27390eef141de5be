"""Call scripts as rows of a file: a row a step; those of one name, in their order, are a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from callcoach.around.scripts import MOST_SAY, MOST_TITLE, Purpose, ScriptStep
from callcoach.datapath import Direction
from callcoach.reports import wording
from callcoach.server.exports.tables import Cell
from callcoach.server.imports.columns import CellError, Column, text_of
from callcoach.server.imports.importing import Importer
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.around.scripts import Script, list_scripts, put_script
from callcoach.store.audit import note

DIRECTIONS = {one: "" if one is Direction.UNKNOWN else wording.DIRECTIONS[one].zh for one in Direction}
YES, NO = "是", ""


def _direction(cell: str) -> Direction:
    known = {text: one for one, text in DIRECTIONS.items()} | {one.value: one for one in Direction}
    if cell.lower() not in known:
        raise CellError("应为呼入、呼出或空", "expected inbound, outbound or nothing")
    return known[cell.lower()]


def _optional(cell: str) -> bool:
    known = {YES: True, NO: False, "否": False, "yes": True, "no": False, "1": True, "0": False}
    if cell.lower() not in known:
        raise CellError("应为是、否或空", "expected yes, no or nothing")
    return known[cell.lower()]


COLUMNS = (
    Column("name", ("话术", "名称", "Script"), text_of(120), required=True),
    Column("direction", ("方向", "Direction"), _direction),
    Column("queue", ("队列", "Queue"), text_of(120)),
    Column("title", ("步骤", "Step"), text_of(MOST_TITLE), required=True),
    Column("say", ("要说的话", "Say"), text_of(MOST_SAY)),
    Column("optional", ("可省略", "Optional"), _optional),
)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A line of the file."""

    name: str
    purpose: Purpose
    step: ScriptStep


def cells_of(script: Script) -> Iterator[tuple[Cell, ...]]:
    """Yield a script's rows."""
    own = (script.name, DIRECTIONS[script.purpose.direction], script.purpose.queue)
    yield from ((*own, one.title, one.say, YES if one.optional else NO) for one in script.newest.steps)


def script_importer(services: Services, title: str) -> Importer[StepLine]:
    """Return what brings scripts in as drafts; one of a known name gets a new version and keeps its campaign."""

    def count(lines: tuple[StepLine, ...]) -> tuple[int, int]:
        names = {one.name for one in lines}
        with services.database.reading() as session:
            known = names & {one.name for one in list_scripts(session)}
        return len(names) - len(known), len(known)

    def put(lines: tuple[StepLine, ...], doer: Doer) -> tuple[int, int]:
        done = count(lines)
        with services.database.writing() as session:
            known = {one.name: one for one in list_scripts(session)}
            for name, own in _by_name(lines).items():
                before = known.get(name)
                purpose = own[0].purpose
                if before is not None:
                    purpose = Purpose(purpose.direction, purpose.queue, before.purpose.campaign_id)
                put_script(
                    session,
                    name,
                    purpose,
                    [one.step for one in own],
                    person_id=doer["person_id"],
                    now=services.now(),
                    script_id=before.id if before else None,
                )
            note(session, "scripts.import", detail={"added": done[0], "changed": done[1]}, **doer)
        return done

    return Importer(title, "/scripts", COLUMNS, _line, count, put)


def _by_name(lines: tuple[StepLine, ...]) -> Mapping[str, list[StepLine]]:
    found: dict[str, list[StepLine]] = {}
    for one in lines:
        found.setdefault(one.name, []).append(one)
    return found


def _line(values: Mapping[str, Any]) -> StepLine:
    purpose = Purpose(values.get("direction") or Direction.UNKNOWN, values.get("queue") or "")
    step = ScriptStep(values["title"], values.get("say") or "", bool(values.get("optional")))
    return StepLine(values["name"], purpose, step)
