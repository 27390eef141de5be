"""Surveys asked after a call: questions, what counts as an answer, and who is dissatisfied. Plain logic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from callcoach.errors import InputError

MOST_QUESTIONS = 20
MOST_QUESTION, MOST_ANSWER = 300, 2000


class QuestionKind(StrEnum):
    """What a question is answered with."""

    RATING_5 = "rating_5"
    """1 to 5, 5 being best: satisfaction (CSAT)."""
    RATING_10 = "rating_10"
    """0 to 10: whether they would recommend us (NPS)."""
    YES_NO = "yes_no"
    TEXT = "text"


RANGES: Mapping[QuestionKind, tuple[int, int]] = {
    QuestionKind.RATING_5: (1, 5),
    QuestionKind.RATING_10: (0, 10),
    QuestionKind.YES_NO: (0, 1),
}
"""Least and greatest answer of each kind that is a number; yes is 1."""
SATISFIED_FROM = 4
"""Answers of 1 to 5 that count as satisfied: the upper two, the usual reading of CSAT."""
PROMOTERS_FROM, DETRACTORS_TO = 9, 6
"""Answers of 0 to 10 by which somebody recommends us, or advises against us (Reichheld, 2003)."""
KEY_YES, KEY_NO = "1", "2"
"""Keys of the telephone for yes and no, as announcements usually ask for them."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; an answer of `low` or less says that the customer is dissatisfied, None: none does."""

    text: str
    kind: QuestionKind
    optional: bool = False
    low: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a question, counted from 0."""

    question: int
    kind: QuestionKind
    value: int | None
    """None: of a text."""
    text: str = ""


def checked_questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions without blanks around their texts.

    Raises:
        InputError: there are none or too many, a text is missing or too long, or a threshold is outside the answers.
    """
    kept = tuple(Question(one.text.strip(), one.kind, one.optional, one.low) for one in questions)
    if not 0 < len(kept) <= MOST_QUESTIONS:
        raise InputError(
            f"A survey has {len(kept)} questions, expected 1 to {MOST_QUESTIONS}.",
            f"问卷有 {len(kept)} 题，应为 1 到 {MOST_QUESTIONS} 题。",
        )
    for number, one in enumerate(kept, start=1):
        if not 0 < len(one.text) <= MOST_QUESTION:
            raise InputError(
                f"Question {number} needs 1 to {MOST_QUESTION} characters.",
                f"第 {number} 题要有 1 到 {MOST_QUESTION} 个字。",
            )
        _check_low(number, one)
    return kept


def read_answers(questions: Sequence[Question], given: Mapping[int, str]) -> tuple[Answer, ...]:
    """Return what a form's texts answer, by the question's number from 0; an empty text is no answer.

    Raises:
        InputError: an answer is missing or cannot be, or nothing was answered at all.
    """
    answers: list[Answer] = []
    for number, question in enumerate(questions):
        text = given.get(number, "").strip()
        if text:
            answers.append(_read(number, question, text))
        elif not question.optional:
            raise InputError(
                f"Question {number + 1} has no answer: {question.text}. Ask it, or note that they do not answer.",
                f"第 {number + 1} 题还没有回答：{question.text}。请先问完；客户不愿回答请选“不愿回答”。",
            )
    if not answers:
        raise InputError("Nothing was answered.", "一题都没有回答。客户不愿回答请选“不愿回答”。")
    return tuple(answers)


def answers_by_keys(questions: Sequence[Question], keys: Sequence[str]) -> dict[int, str]:
    """Return what keys of a telephone answer, one entry a question in their order; texts cannot be keyed in.

    An empty entry leaves a question out. Yes is 1, no is 2.
    """
    asked = [number for number, one in enumerate(questions) if one.kind is not QuestionKind.TEXT]
    if len(keys) > len(asked):
        raise InputError(
            f"{len(keys)} answers were keyed in, the survey has {len(asked)} questions with numbers.",
            f"收到 {len(keys)} 个按键答案，问卷只有 {len(asked)} 道按键题。",
        )
    words = {KEY_YES: "1", KEY_NO: "0"}
    return {
        number: words.get(key, key) if questions[number].kind is QuestionKind.YES_NO else key
        for number, key in zip(asked, keys, strict=False)
    }


def dissatisfied(questions: Sequence[Question], answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the answers that say the customer is dissatisfied."""
    found: list[Answer] = []
    for one in answers:
        low = questions[one.question].low
        if low is not None and one.value is not None and one.value <= low:
            found.append(one)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What answers to one question of a kind with numbers come to."""

    kind: QuestionKind
    counts: Mapping[int, int]
    """How often each answer was given."""

    @property
    def count(self) -> int:
        """Answers it rests on."""
        return sum(self.counts.values())

    @property
    def score(self) -> float | None:
        """CSAT in per cent of 1 to 5, NPS (-100 to 100) of 0 to 10, share of yes in per cent; None: no answers."""
        if not self.count:
            return None
        if self.kind is QuestionKind.RATING_10:
            return 100 * (self._from(PROMOTERS_FROM) - (self.count - self._from(DETRACTORS_TO + 1))) / self.count
        good = SATISFIED_FROM if self.kind is QuestionKind.RATING_5 else 1
        return 100 * self._from(good) / self.count

    def _from(self, least: int) -> int:
        return sum(count for value, count in self.counts.items() if value >= least)


def _check_low(number: int, question: Question) -> None:
    if question.low is None:
        return
    least, greatest = RANGES.get(question.kind, (1, 0))
    if not least <= question.low <= greatest:
        raise InputError(
            f"Question {number} warns from {question.low} down, expected {least} to {greatest}, or nothing for a text.",
            f"第 {number} 题的不满意界限是 {question.low}，应在 {least} 到 {greatest} 之间；文字题不设界限。",
        )


def _read(number: int, question: Question, text: str) -> Answer:
    if question.kind is QuestionKind.TEXT:
        if len(text) > MOST_ANSWER:
            raise InputError(
                f"The answer to question {number + 1} has {len(text)} characters, expected at most {MOST_ANSWER}.",
                f"第 {number + 1} 题的回答有 {len(text)} 个字，最多 {MOST_ANSWER} 个。",
            )
        return Answer(number, question.kind, None, text)
    least, greatest = RANGES[question.kind]
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and least <= int(text) <= greatest):
        raise InputError(
            f"The answer to question {number + 1} is {text[:20]!r}, expected a number from {least} to {greatest}.",
            f"第 {number + 1} 题的回答是 {text[:20]!r}，应为 {least} 到 {greatest} 的数。",
        )
    return Answer(number, question.kind, int(text))
