"""Surveys as rows of a file: a row a question; those of one name, in their order, are a survey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from callcoach.around.surveys import MOST_QUESTION, Question, QuestionKind
from callcoach.server.exports.tables import Cell
from callcoach.server.imports.columns import CellError, Column, text_of
from callcoach.server.imports.importing import Importer
from callcoach.server.pages.messages import catalogue
from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.around.surveys import MOST_OPENING, Survey, list_surveys, put_survey
from callcoach.store.audit import note

YES, NO = "是", ""


def kind_words() -> dict[QuestionKind, str]:
    """Return the kinds of questions as our files write them."""
    return {one: catalogue()[f"question_kind.{one.value}"].zh for one in QuestionKind}


def _kind(cell: str) -> QuestionKind:
    known = {words: one for one, words in kind_words().items()} | {one.value: one for one in QuestionKind}
    if cell.lower() not in known:
        raise CellError(f"应为 {'、'.join(kind_words().values())} 之一", f"is none of {', '.join(QuestionKind)}")
    return known[cell.lower()]


def _optional(cell: str) -> bool:
    known = {YES: True, NO: False, "否": False, "yes": True, "no": False, "1": True, "0": False}
    if cell.lower() not in known:
        raise CellError("应为是、否或空", "expected yes, no or nothing")
    return known[cell.lower()]


def _low(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdecimal() and len(cell) <= 2):
        raise CellError("应为 0 到 10 的整数或空", "expected a whole number from 0 to 10, or nothing")
    return int(cell)


COLUMNS = (
    Column("name", ("问卷", "名称", "Survey"), text_of(120), required=True),
    Column("opening", ("开场白", "Opening"), text_of(MOST_OPENING)),
    Column("text", ("题目", "Question"), text_of(MOST_QUESTION), required=True),
    Column("kind", ("题型", "Kind"), _kind, required=True),
    Column("optional", ("可省略", "Optional"), _optional),
    Column("low", ("不满意界限", "Warns at"), _low),
)


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A line of the file."""

    name: str
    opening: str
    question: Question


def cells_of(survey: Survey) -> Iterator[tuple[Cell, ...]]:
    """Yield a survey's rows; the opening stands in the first."""
    words = kind_words()
    for number, one in enumerate(survey.newest.questions):
        opening = survey.newest.opening if number == 0 else ""
        yield survey.name, opening, one.text, words[one.kind], YES if one.optional else NO, one.low


def survey_importer(services: Services, title: str) -> Importer[QuestionLine]:
    """Return what brings surveys in as drafts; one of a known name gets a new version."""

    def count(lines: tuple[QuestionLine, ...]) -> tuple[int, int]:
        names = {one.name for one in lines}
        with services.database.reading() as session:
            known = names & {one.name for one in list_surveys(session)}
        return len(names) - len(known), len(known)

    def put(lines: tuple[QuestionLine, ...], doer: Doer) -> tuple[int, int]:
        done = count(lines)
        with services.database.writing() as session:
            known = {one.name: one.id for one in list_surveys(session)}
            for name in dict.fromkeys(one.name for one in lines):
                own = [one for one in lines if one.name == name]
                put_survey(
                    session,
                    name,
                    next((one.opening for one in own if one.opening), ""),
                    [one.question for one in own],
                    person_id=doer["person_id"],
                    now=services.now(),
                    survey_id=known.get(name),
                )
            note(session, "surveys.import", detail={"added": done[0], "changed": done[1]}, **doer)
        return done

    return Importer(title, "/surveys", COLUMNS, _line, count, put)


def _line(values: Mapping[str, Any]) -> QuestionLine:
    question = Question(values["text"], values["kind"], bool(values.get("optional")), values.get("low"))
    return QuestionLine(values["name"], values.get("opening") or "", question)
