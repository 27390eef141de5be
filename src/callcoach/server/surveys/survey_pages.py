"""The pages on which trainers write surveys; surveys as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.around.surveys import MOST_QUESTIONS, Question, QuestionKind
from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Table
from callcoach.server.imports.pages import add_import_pages
from callcoach.server.pages.form_rows import in_order, text_of
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.server.surveys.contexts import SurveyPage, SurveysPage
from callcoach.server.surveys.survey_files import COLUMNS, cells_of, survey_importer
from callcoach.store.around.surveys import Survey, get_survey, list_surveys, publish_survey, put_survey
from callcoach.store.audit import note

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.CALL_TEXTS))]
Count = Annotated[str, Query(max_length=12)]
SPARE = 3
"""Empty questions at the end of the form."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the form holds."""

    name: str
    opening: str
    questions: tuple[Question, ...]


async def _form(request: Request) -> FormData:
    return await request.form(max_fields=6 * MOST_QUESTIONS)


Sent = Annotated[FormData, Depends(_form)]


@router.get("/surveys")
def get_surveys(
    request: Request, _: Keeper, services: WithServices, added: Count = "", changed: Count = ""
) -> Response:
    """Show all surveys."""
    with services.database.reading() as session:
        surveys = list_surveys(session)
    told = (added, changed) if added.isdecimal() and changed.isdecimal() else None
    return render(request, SurveysPage(surveys, told))


@router.get("/surveys/export")
def get_export(
    request: Request,
    principal: Keeper,
    services: WithServices,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give all surveys as a file that can be brought in again: a row a question of the newest versions."""
    with services.database.writing() as session:
        note(session, "surveys.export", detail={"format": file_format.value}, **by(request, principal))
        surveys = list_surveys(session)
    headings = tuple(column.names[0] for column in COLUMNS)
    rows = [row for one in surveys for row in cells_of(one)]
    return download(Table(translator_of(request)("surveys.title"), headings, rows, ZoneInfo("UTC")), file_format)


add_import_pages(router, "/surveys/import", Permission.CALL_TEXTS, survey_importer, "surveys.import")


@router.get("/surveys/new")
def get_new(request: Request, _: Keeper) -> Response:
    """Show the form of a new survey."""
    return render(request, _page(None, Written("", "", ())))


@router.post("/surveys")
def post_survey(request: Request, principal: Keeper, services: WithServices, form: Sent) -> Response:
    """Add a survey, as a draft."""
    return _put(request, principal, services, form, None)


@router.get("/surveys/{survey_id}")
def get_one(survey_id: KeyInPath, request: Request, _: Keeper, services: WithServices) -> Response:
    """Show a survey to be changed."""
    with services.database.reading() as session:
        one = get_survey(session, survey_id)
    return render(request, _page(one, Written(one.name, one.newest.opening, one.newest.questions)))


@router.post("/surveys/{survey_id}")
def post_change(
    survey_id: KeyInPath, request: Request, principal: Keeper, services: WithServices, form: Sent
) -> Response:
    """Change a survey; other questions are a draft until they are published."""
    with services.database.reading() as session:
        before = get_survey(session, survey_id)
    return _put(request, principal, services, form, before)


@router.post("/surveys/{survey_id}/publish")
def post_publish(
    survey_id: KeyInPath,
    request: Request,
    principal: Keeper,
    services: WithServices,
    in_force: Annotated[bool, Form()] = False,
) -> Response:
    """Have the newest version asked, or the survey no more."""
    with services.database.writing() as session:
        one = publish_survey(session, survey_id, in_force=in_force)
        about, detail = ("survey", str(survey_id)), {"name": one.name, "version": one.published or 0}
        if in_force:
            note(session, "survey.publish", about=about, detail=detail, **by(request, principal))
        else:
            note(session, "survey.withdraw", about=about, detail=detail, **by(request, principal))
    return RedirectResponse(f"/surveys/{survey_id}", 303)


def _put(request: Request, principal: Principal, services: Services, form: FormData, before: Survey | None) -> Response:
    written = Written(text_of(form, "name"), text_of(form, "opening"), _questions(form))
    try:
        with services.database.writing() as session:
            made = put_survey(
                session,
                written.name,
                written.opening,
                written.questions,
                person_id=principal.person_id,
                now=services.now(),
                survey_id=before.id if before else None,
            )
            about, detail = ("survey", str(made.id)), {"name": made.name, "version": made.newest.number}
            if before is None:
                note(session, "survey.add", about=about, detail=detail, **by(request, principal))
            else:
                note(session, "survey.change", about=about, detail=detail, **by(request, principal))
    except CallCoachError as error:
        return render(request, _page(before, written, said_to(request, error)), 422)
    return RedirectResponse(f"/surveys/{made.id}", 303)


def _questions(form: FormData) -> tuple[Question, ...]:
    """Return the questions a form holds in the order their numbers say; those without a text are left out."""
    found: list[tuple[int, Question]] = []
    for row in range(MOST_QUESTIONS + SPARE):
        text, kind, low = text_of(form, f"text_{row}"), text_of(form, f"kind_{row}"), text_of(form, f"low_{row}")
        if not text:
            continue
        question = Question(
            text,
            QuestionKind(kind) if kind in {one.value for one in QuestionKind} else QuestionKind.RATING_5,
            optional=bool(text_of(form, f"optional_{row}")),
            low=int(low) if low.isascii() and low.isdecimal() and len(low) < 3 else None,
        )
        found.append((row, question))
    return in_order(form, found)


def _page(survey: Survey | None, written: Written, problem: str = "") -> SurveyPage:
    spare = min(SPARE, MOST_QUESTIONS + SPARE - len(written.questions))
    return SurveyPage(
        survey=survey,
        name=written.name,
        opening=written.opening,
        questions=(*written.questions, *[Question("", QuestionKind.RATING_5)] * spare),
        kinds=tuple(QuestionKind),
        problem=problem,
    )
