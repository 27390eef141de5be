"""The dialogues made for measuring are well marked."""

from pathlib import Path

import pytest
from benchmarks.made_calls.dialogues import FILE, UNSEEN, family, read_dialogues, read_turn

from callcoach.evaluation.families import load_families

BANNED = load_families().of_group("banned")
FAMILIES = {*BANNED, *load_families().of_group("meaning")}


def faults(part: str) -> set[str]:
    turns = (turn for one in read_dialogues() if one.part == part for turn in one.turns)
    return {family(mark.family) for turn in turns for mark in turn.marks if mark.fault}


def test_all_families_are_held_out_and_all_but_one_are_for_tuning_of_banned_and_forbidden_wordings() -> None:
    assert faults("held-out") == set(BANNED)
    assert faults("train") - {"complaint.evade"} == set(BANNED) - {"banned.bushi_yinggai_zuode"}


def test_innocent_calls_hold_decoys_and_no_faults() -> None:
    calls = [one for one in read_dialogues() if one.kind != "violation"]
    marks = [mark for one in calls for turn in one.turns for mark in turn.marks]
    assert len(calls) == 10
    assert marks
    assert not any(mark.fault for mark in marks)


def test_the_unseen_calls_are_another_part() -> None:
    calls = read_dialogues(UNSEEN)
    assert {one.part for one in calls} == {"unseen"}
    assert len({one.id for one in calls}) == len(calls) == 20
    assert {one.kind for one in calls} == {"violation", "hard_negative"}


@pytest.mark.parametrize("file", [FILE, UNSEEN])
def test_only_the_agent_is_at_fault_and_where_the_words_stand(file: Path) -> None:
    for call in read_dialogues(file):
        for turn in call.turns:
            assert turn.speaker == "agent" or not any(mark.fault for mark in turn.marks)
            for mark in turn.marks:
                assert turn.text[mark.start : mark.start + len(mark.words)] == mark.words
                assert family(mark.family) in FAMILIES


def test_marks_are_taken_out_of_the_text() -> None:
    turn = read_turn("agent", "好，{danshi|但是}<danshi|不但是>。")
    assert turn.text == "好，但是不但是。"
    assert [(mark.start, mark.fault) for mark in turn.marks] == [(2, True), (4, False)]


def test_a_line_that_is_nothing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "calls.txt"
    file.write_text("# train-01 clean water\nA 您好。\nX 谁？\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"calls\.txt:3: found 'X 谁？'"):
        read_dialogues(file)
