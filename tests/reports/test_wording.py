from __future__ import annotations

import pytest

from callcoach.datapath import CallEventKind, Direction, Severity, Speaker
from callcoach.reports import wording


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0:00.0"),
        (9.96, "0:10.0"),
        (59.94, "0:59.9"),
        (59.95, "1:00.0"),
        (3599.96, "1:00:00.0"),
        (36000.0, "10:00:00.0"),
        (-4.0, "-0:04.0"),
        (-0.01, "0:00.0"),
    ],
)
def test_clock(seconds: float, text: str) -> None:
    assert wording.clock(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(5.0, "5"), (5.04, "5"), (5.06, "5.1"), (0.0, "0"), (100.0, "100")])
def test_figure(value: float, text: str) -> None:
    assert wording.figure(value) == text


@pytest.mark.parametrize(("value", "text"), [(100.0, "100"), (91.5, "91.5"), (1.33, "1.33"), (0.0, "0"), (20.0, "20")])
def test_points(value: float, text: str) -> None:
    assert wording.points(value) == text


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (wording.SPEAKERS, Speaker),
        (wording.SEVERITIES, Severity),
        (wording.DIRECTIONS, Direction),
        (wording.EVENTS, CallEventKind),
    ],
)
def test_everything_that_can_be_shown_has_its_words(table: dict, kind: type) -> None:
    assert set(table) == set(kind)


def test_severities_differ_in_sign_and_word_not_only_in_colour() -> None:
    looks = wording.SEVERITIES.values()
    assert len({look.sign for look in looks}) == len({look.words.zh for look in looks}) == len(Severity)
