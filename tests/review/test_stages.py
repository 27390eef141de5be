from __future__ import annotations

from pathlib import Path

import pytest

from callcoach.review.stages import AWAITING_AGENT, OUT, STAGES, IllegalStepError, Stage, Step, diagram, next_stage

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "review.md"


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("step", Step)
def test_every_step_in_every_stage_moves_or_raises(stage: Stage, step: Step) -> None:
    if step in STAGES[stage]:
        assert next_stage(stage, step) is STAGES[stage][step]
    else:
        with pytest.raises(IllegalStepError, match=f"{step} does not fit a review that is {stage}. Possible now: "):
            next_stage(stage, step)


def test_every_stage_can_be_reached() -> None:
    reached = {Stage.UNREVIEWED}
    for _ in Stage:
        reached |= {target for stage in reached for target in STAGES[stage].values()}
    assert reached == set(Stage)


def test_notes_never_move_a_review_and_are_always_possible() -> None:
    assert all(row[Step.NOTE] is stage for stage, row in STAGES.items())


def test_findings_change_only_while_somebody_reviews_or_an_appeal_is_open() -> None:
    editable = {stage for stage, row in STAGES.items() if Step.EDIT in row}
    assert editable == {Stage.UNREVIEWED, Stage.IN_REVIEW, Stage.APPEALED}


def test_a_decision_is_final() -> None:
    assert set(STAGES[Stage.DECIDED]) == {Step.NOTE}
    assert set(STAGES[Stage.APPEALED]) == {Step.NOTE, Step.EDIT, Step.DECIDE}


def test_the_agent_may_appeal_what_is_out_and_not_yet_accepted() -> None:
    assert {Stage.PUBLISHED, Stage.READ} == AWAITING_AGENT
    assert AWAITING_AGENT < OUT


def test_the_document_shows_the_table() -> None:
    assert diagram() in DOCUMENT.read_text(), "docs/review.md: put in what callcoach.review.stages.diagram() returns"
