from __future__ import annotations

import pytest

from callcoach.datapath import RtpQuality
from callcoach.sip.quality import (
    G711_WITH_CONCEALMENT,
    CodecImpairment,
    delay_impairment,
    estimate_mos,
    loss_impairment,
    one_way_delay_ms,
    rating,
    rating_to_mos,
)


@pytest.mark.parametrize(("r", "mos"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58)])
def test_rating_to_mos_agrees_with_table_b1_of_g107(r: float, mos: float) -> None:
    """The table is rounded: it prints 4.03 where the formula gives 4.024."""
    assert rating_to_mos(r) == pytest.approx(mos, abs=0.0075)


def test_mos_of_the_default_parameters_is_4_41() -> None:
    """G.107 gives R = 93.2 and MOS 4.41 when every parameter has its default."""
    assert rating_to_mos(rating("PCMA/8000", 0.0, 0.0)) == pytest.approx(4.41, abs=0.005)


def test_mos_never_leaves_its_scale() -> None:
    ratings = [rating_to_mos(r / 2) for r in range(-100, 300)]
    assert min(ratings) == 1.0
    assert max(ratings) == 4.5
    assert ratings == sorted(ratings)


@pytest.mark.parametrize(("delay_ms", "idd"), [(0, 0.0), (100, 0.0), (200, 3.04), (400, 24.07)])
def test_delay_impairment(delay_ms: float, idd: float) -> None:
    """Values worked out by hand from (7-27) with X = 0, 1 and 2."""
    assert delay_impairment(delay_ms) == pytest.approx(idd, abs=0.05)


@pytest.mark.parametrize(("loss_percent", "ie_eff"), [(0, 0.0), (1, 3.64), (5, 15.78), (25.1, 47.5)])
def test_loss_impairment_of_g711(loss_percent: float, ie_eff: float) -> None:
    assert loss_impairment(G711_WITH_CONCEALMENT, loss_percent) == pytest.approx(ie_eff, abs=0.01)


def test_a_codec_with_an_impairment_of_its_own_starts_lower() -> None:
    assert loss_impairment(CodecImpairment(20.0, 10.0), 0.0) == 20.0
    assert rating("GSM/8000", 0.0, 0.0) == pytest.approx(73.2)


def test_one_way_delay_counts_network_packet_and_buffer() -> None:
    assert one_way_delay_ms(RtpQuality(10, 0, 1.0, 100.0)) == pytest.approx(50 + 20 + 40)
    assert one_way_delay_ms(RtpQuality(10, 0, 60.0, None)) == pytest.approx(20 + 120)


def test_no_packets_no_figure() -> None:
    assert estimate_mos(RtpQuality(0, 0, None, None), "PCMA/8000") is None


def test_more_loss_is_never_better() -> None:
    figures = [estimate_mos(RtpQuality(1000 - lost, lost, 1.0, 20.0), "PCMA/8000") for lost in range(0, 1000, 10)]
    assert all(figure is not None for figure in figures)
    assert figures == sorted(figures, key=lambda value: -(value or 0))
