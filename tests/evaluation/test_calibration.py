from __future__ import annotations

import pytest

from callcoach.evaluation.calibration import calibration


def test_a_confidence_that_tells_the_truth_has_no_error() -> None:
    figures = calibration([(0.75, True), (0.75, True), (0.75, True), (0.75, False)])
    assert figures["expected_calibration_error"] == 0
    assert figures["bins"] == [{"from": 0.7, "to": 0.8, "finds": 4, "mean_confidence": 0.75, "right": 0.75}]


def test_a_boast_has() -> None:
    figures = calibration([(1.0, False), (1.0, True)])
    assert (figures["expected_calibration_error"], figures["brier"]) == (0.5, 0.5)


def test_without_finds_there_is_nothing_to_calibrate() -> None:
    figures = calibration([])
    assert figures["expected_calibration_error"] is None
    assert figures["finds"] == pytest.approx(0)
