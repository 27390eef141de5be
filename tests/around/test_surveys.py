"""Questions, answers and keys of surveys; who is drawn to be asked."""

from __future__ import annotations

import pytest

from callcoach.around.follow_ups import (
    STEPS,
    FollowUpSource,
    FollowUpState,
    FollowUpStep,
    FollowUpTerms,
    after,
    checked_terms,
    is_drawn,
)
from callcoach.around.surveys import (
    Answer,
    Question,
    QuestionKind,
    Satisfaction,
    answers_by_keys,
    checked_questions,
    dissatisfied,
    read_answers,
)
from callcoach.errors import ConflictError, InputError

QUESTIONS = (
    Question("满意吗", QuestionKind.RATING_5, low=2),
    Question("会推荐吗", QuestionKind.RATING_10, optional=True),
    Question("解决了吗", QuestionKind.YES_NO, low=0),
    Question("建议", QuestionKind.TEXT, optional=True),
)


def test_answers_are_read_or_refused_in_words() -> None:
    answers = read_answers(QUESTIONS, {0: " 5 ", 2: "0", 3: "快一点"})
    assert answers == (
        Answer(0, QuestionKind.RATING_5, 5),
        Answer(2, QuestionKind.YES_NO, 0),
        Answer(3, QuestionKind.TEXT, None, "快一点"),
    )
    for wrong in ({}, {0: "6", 2: "1"}, {0: "0", 2: "1"}, {0: "四", 2: "1"}, {0: "4"}, {0: "4", 2: "1", 1: "11"}):
        with pytest.raises(InputError) as caught:
            read_answers(QUESTIONS, wrong)
        assert caught.value.zh
    with pytest.raises(InputError):
        read_answers((Question("建议", QuestionKind.TEXT, optional=True),), {})


def test_who_answers_at_or_under_the_threshold_is_dissatisfied() -> None:
    def bad(*values: str) -> list[int]:
        given = dict(enumerate(values))
        return [one.question for one in dissatisfied(QUESTIONS, read_answers(QUESTIONS, given))]

    assert bad("3", "0", "1") == [], "a question without a threshold says nothing"
    assert bad("2", "", "1") == [0]
    assert bad("1", "", "0") == [0, 2]


def test_keys_answer_the_questions_with_numbers_in_their_order() -> None:
    assert answers_by_keys(QUESTIONS, ["5", "10", "2"]) == {0: "5", 1: "10", 2: "0"}
    assert answers_by_keys(QUESTIONS, ["4", "", "1"]) == {0: "4", 1: "", 2: "1"}
    assert answers_by_keys(QUESTIONS, ["4"]) == {0: "4"}
    with pytest.raises(InputError):
        answers_by_keys(QUESTIONS, ["1", "2", "1", "1"])


def test_questions_that_cannot_be_are_refused() -> None:
    for wrong in (
        (),
        [Question(" ", QuestionKind.TEXT)],
        [Question("x" * 301, QuestionKind.TEXT)],
        [Question("x", QuestionKind.TEXT)] * 21,
        [Question("x", QuestionKind.RATING_5, low=0)],
        [Question("x", QuestionKind.YES_NO, low=2)],
        [Question("x", QuestionKind.TEXT, low=1)],
    ):
        with pytest.raises(InputError) as caught:
            checked_questions(wrong)
        assert caught.value.zh


def test_satisfaction_is_what_the_field_means_by_it() -> None:
    assert Satisfaction(QuestionKind.RATING_5, {}).score is None
    csat = Satisfaction(QuestionKind.RATING_5, {1: 1, 3: 1, 4: 1, 5: 1})
    assert (csat.score, csat.count) == (50.0, 4)
    # 3 promoters (9, 10, 10), 2 passives (7, 8), 5 detractors (0 to 6): 30 - 50.
    nps = Satisfaction(QuestionKind.RATING_10, {10: 2, 9: 1, 8: 1, 7: 1, 6: 2, 3: 2, 0: 1})
    assert (nps.score, nps.count) == (-20.0, 10)
    assert Satisfaction(QuestionKind.YES_NO, {0: 1, 1: 3}).score == 75.0


def test_the_sample_is_the_share_and_the_same_again() -> None:
    ids = [f"call-{number}" for number in range(5000)]
    drawn = [one for one in ids if is_drawn(7, 20, one)]
    assert 900 < len(drawn) < 1100
    assert drawn == [one for one in ids if is_drawn(7, 20, one)]
    assert set(drawn) != {one for one in ids if is_drawn(8, 20, one)}
    assert set(drawn) < {one for one in ids if is_drawn(7, 40, one)}, "a larger share holds the smaller"
    assert all(is_drawn(1, 100, one) for one in ids)


def test_only_legal_steps_are_taken() -> None:
    for state in FollowUpState:
        for step in FollowUpStep:
            if (state, step) in STEPS:
                assert after(state, step) is STEPS[state, step]
            else:
                with pytest.raises(ConflictError):
                    after(state, step)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"share_percent": 0},
        {"share_percent": 101},
        {"share_percent": float("nan")},
        {"delay_h": -1},
        {"within_h": 0},
        {"rest_days": -1},
        {"source": FollowUpSource.COMPLAINTS, "queue": "售后"},
    ],
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        checked_terms(FollowUpTerms(**{"name": "x", "survey_id": 1, **wrong}))  # type: ignore[arg-type]
    assert caught.value.zh
