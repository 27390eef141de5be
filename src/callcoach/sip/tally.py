"""A call's line figures: those of all its RTP streams added up."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcoach.datapath import RtpQuality
from callcoach.sip import facts


@dataclass(slots=True)
class StreamTally:
    """Adds up the counters of a call's RTP streams: each hold starts a new stream from zero."""

    closed: list[facts.StreamFigures] = field(default_factory=list[facts.StreamFigures])

    def add(self, figures: facts.StreamFigures) -> None:
        """Count a stream that has ended; one that carried nothing says nothing."""
        if figures.packets_received or figures.packets_lost:
            self.closed.append(figures)

    def total(self) -> RtpQuality | None:
        """Return the whole call's figures; None when nothing was received.

        Jitter and round trip are means weighted with the packets of each stream.
        """
        if not self.closed:
            return None
        return RtpQuality(
            packets_received=sum(figures.packets_received for figures in self.closed),
            packets_lost=sum(figures.packets_lost for figures in self.closed),
            jitter_ms=self._mean([(f.jitter_ms, f.packets_received) for f in self.closed]),
            round_trip_ms=self._mean([(f.round_trip_ms, f.packets_received) for f in self.closed]),
        )

    @staticmethod
    def _mean(values: list[tuple[float | None, int]]) -> float | None:
        known = [(value, weight) for value, weight in values if value is not None and weight]
        weight_sum = sum(weight for _, weight in known)
        return round(sum(value * weight for value, weight in known) / weight_sum, 3) if known else None
