"""Surveys kept by those who teach, in versions; which version is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcoach.around.surveys import Question, QuestionKind, checked_questions
from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.store.tables import SurveyRow, SurveyVersionRow

MOST_OPENING = 2000


@dataclass(frozen=True, slots=True)
class SurveyVersion:
    """The questions as one version has them."""

    id: int
    survey_id: int
    number: int
    opening: str
    """What the agent says first."""
    questions: tuple[Question, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey with its newest version, and the number of the one in force."""

    id: int
    name: str
    newest: SurveyVersion
    published: int | None

    @property
    def has_draft(self) -> bool:
        """Whether the newest version is not the one in force."""
        return self.published != self.newest.number


def list_surveys(session: Session) -> tuple[Survey, ...]:
    """Return all surveys by their names."""
    newest = (
        select(SurveyVersionRow.survey_id, func.max(SurveyVersionRow.number).label("number"))
        .group_by(SurveyVersionRow.survey_id)
        .subquery()
    )
    rows = session.execute(
        select(SurveyRow, SurveyVersionRow)
        .join(newest, newest.c.survey_id == SurveyRow.id)
        .join(
            SurveyVersionRow,
            (SurveyVersionRow.survey_id == SurveyRow.id) & (SurveyVersionRow.number == newest.c.number),
        )
        .order_by(SurveyRow.name, SurveyRow.id)
    )
    return tuple(Survey(row.id, row.name, _version(version), row.published) for row, version in rows)


def get_survey(session: Session, survey_id: int) -> Survey:
    """Return one survey.

    Raises:
        NotFoundError: there is none of this id.
    """
    found = next((one for one in list_surveys(session) if one.id == survey_id), None)
    if found is None:
        raise NotFoundError(f"There is no survey {survey_id}.", f"没有 {survey_id} 号问卷。")
    return found


def put_survey(
    session: Session,
    name: str,
    opening: str,
    questions: Sequence[Question],
    *,
    person_id: int,
    now: datetime,
    survey_id: int | None = None,
) -> Survey:
    """Add a survey, or change one; other questions make a new version, in force once it is published.

    Raises:
        ConflictError: another survey has the name.
        InputError: the name, the opening or a question cannot be.
        NotFoundError: there is none of this id.
    """
    name, opening, kept = name.strip(), opening.strip(), checked_questions(questions)
    if not 0 < len(name) <= 120 or len(opening) > MOST_OPENING:
        raise InputError(
            f"Expected a name of 1 to 120 characters and an opening of at most {MOST_OPENING}.",
            f"问卷要有 1 到 120 个字的名称，开场白最多 {MOST_OPENING} 个字。",
        )
    taken = session.scalar(select(SurveyRow.id).where(SurveyRow.name == name))
    if taken not in (None, survey_id):
        raise ConflictError(f"There is a survey {name!r} already.", f"已有名为“{name}”的问卷，请换一个名称。")
    row = SurveyRow() if survey_id is None else session.get(SurveyRow, survey_id)
    if row is None:
        raise NotFoundError(f"There is no survey {survey_id}.", f"没有 {survey_id} 号问卷。")
    row.name = name
    session.add(row)
    session.flush()
    before = get_survey(session, row.id).newest if survey_id is not None else None
    if before is None or (before.opening, before.questions) != (opening, kept):
        number = before.number + 1 if before else 1
        plain = [asdict(one) for one in kept]
        session.add(
            SurveyVersionRow(
                survey_id=row.id, number=number, opening=opening, questions=plain, made_by=person_id, made_at=now
            )
        )
        session.flush()
    return get_survey(session, row.id)


def publish_survey(session: Session, survey_id: int, *, in_force: bool) -> Survey:
    """Have the newest version asked from now on, or the survey no more.

    Raises:
        NotFoundError: there is none of this id.
    """
    newest = get_survey(session, survey_id).newest
    row = session.get_one(SurveyRow, survey_id)
    row.published = newest.number if in_force else None
    session.flush()
    return get_survey(session, survey_id)


def version_in_force(session: Session, survey_id: int) -> SurveyVersion | None:
    """Return the version that is asked now; None: the survey is not in force."""
    query = (
        select(SurveyVersionRow)
        .join(SurveyRow, SurveyRow.id == SurveyVersionRow.survey_id)
        .where(SurveyRow.id == survey_id, SurveyVersionRow.number == SurveyRow.published)
    )
    row = session.scalar(query)
    return _version(row) if row else None


def version_of(session: Session, survey_id: int, version_id: int) -> SurveyVersion:
    """Return a version of a survey.

    Raises:
        NotFoundError: it has none of this id.
    """
    row = session.get(SurveyVersionRow, version_id)
    if row is None or row.survey_id != survey_id:
        raise NotFoundError(
            f"The survey {survey_id} has no version {version_id}. Load the page again.",
            "问卷没有这个版本，请重新载入页面。",
        )
    return _version(row)


def _version(row: SurveyVersionRow) -> SurveyVersion:
    questions = tuple(Question(**{**one, "kind": QuestionKind(one["kind"])}) for one in row.questions)
    return SurveyVersion(row.id, row.survey_id, row.number, row.opening, questions, row.made_at)
