"""How a call's line sounded: one figure from loss, delay and codec by the E-model.

Source: ITU-T G.107 (the default parameters of its table 2, under which R is 93.2 before any
impairment), G.113 appendix I (equipment impairment and loss robustness of the codecs), and the
mapping from R to MOS in G.107 annex B. Nothing is measured here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from callcoach.datapath import RtpQuality

BASE_RATING = 93.2
"""R with all defaults of G.107: no loss, no delay, no coding distortion."""

SILENCE_TO_MOS_TOP = 4.5
"""MOS-CQE that G.107 annex B gives for R of 100 and more."""


@dataclass(frozen=True, slots=True)
class CodecImpairment:
    """A codec's `ie` (impairment without loss) and `bpl` (robustness against lost packets)."""

    ie: float
    bpl: float


G711_WITH_CONCEALMENT = CodecImpairment(ie=0.0, bpl=25.1)
"""G.113 appendix I, G.711 with appendix I packet loss concealment, random loss."""

IMPAIRMENTS = {
    "PCMA": G711_WITH_CONCEALMENT,
    "PCMU": G711_WITH_CONCEALMENT,
    # G.722 is wideband and has no narrow-band entry: judged as G.711, which it is never worse than.
    "G722": G711_WITH_CONCEALMENT,
    "GSM": CodecImpairment(ie=20.0, bpl=10.0),
    "iLBC": CodecImpairment(ie=11.0, bpl=32.0),
}

PACKETISATION_MS = 20.0
JITTER_BUFFER_FRAMES = 2.0
"""Frames that the jitter buffer usually holds on a quiet line, plus the one being filled."""


def delay_impairment(one_way_ms: float) -> float:
    """Return Idd of G.107 (7-27, 7-28): the cost of absolute delay, 0 up to 100 ms."""
    if one_way_ms <= 100.0:
        return 0.0
    x = math.log2(one_way_ms / 100.0)
    return 25.0 * ((1 + x**6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2)


def loss_impairment(codec: CodecImpairment, loss_percent: float) -> float:
    """Return Ie-eff of G.107 (7-29) for random loss (burst ratio 1)."""
    return codec.ie + (95.0 - codec.ie) * loss_percent / (loss_percent + codec.bpl)


def rating_to_mos(rating: float) -> float:
    """Return MOS-CQE for a rating R (G.107 annex B)."""
    if rating <= 0.0:
        return 1.0
    if rating >= 100.0:
        return SILENCE_TO_MOS_TOP
    mos = 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6
    return max(1.0, mos)


def rating(codec: str, loss_ratio: float, one_way_ms: float) -> float:
    """Return R for a codec name, a loss ratio (0 to 1) and the mouth-to-ear delay in ms."""
    impairment = IMPAIRMENTS.get(codec.split("/", maxsplit=1)[0], G711_WITH_CONCEALMENT)
    return BASE_RATING - delay_impairment(one_way_ms) - loss_impairment(impairment, 100.0 * loss_ratio)


def one_way_delay_ms(quality: RtpQuality) -> float:
    """Estimate the delay from mouth to ear: half the round trip, packetisation and jitter buffer."""
    network_ms = (quality.round_trip_ms or 0.0) / 2
    buffer_ms = max(PACKETISATION_MS * JITTER_BUFFER_FRAMES, 2.0 * (quality.jitter_ms or 0.0))
    return network_ms + PACKETISATION_MS + buffer_ms


def estimate_mos(quality: RtpQuality, codec: str) -> float | None:
    """Return the estimated MOS, 1 to 4.5; None when no packet was received."""
    if quality.packets_received == 0:
        return None
    return round(rating_to_mos(rating(codec, quality.loss_ratio, one_way_delay_ms(quality))), 2)
