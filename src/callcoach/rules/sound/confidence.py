"""How sure it is that a proposed phrase was said: a logistic model of three figures.

The figures: the log ratio of the second hearing, the distance in sound of the whole phrase, and the
phrase's length (a long phrase is rarely met by chance). The constants were fitted by
`benchmarks/fit_sound_confidence.py`, which prints them with their error on calls left out; run it
again after the recogniser or the tables of `confusions` have changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from callcoach.rules.sound.proposals import Proposal
from callcoach.rules.sound.rehearing import Evidence

LOG_RATIO_LIMITS = (-6.0, 4.0)
"""Beyond these the log ratio says no more: below lies the recogniser's lattice beam, above all is certain."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights of the model, in logits.

    Per syllable of the phrase, per unit of its whole cost in sound, per natural logarithm of the
    second hearing.
    """

    constant: float
    per_syllable: float
    per_cost: float
    per_log_ratio: float = 0.0

    def probability(self, syllables: int, cost: float, log_ratio: float = 0.0) -> float:
        """Return the probability that the phrase was said; `cost` is that of the whole phrase."""
        logit = self.constant + self.per_syllable * syllables + self.per_cost * cost + self.per_log_ratio * log_ratio
        return 1 / (1 + math.exp(-logit))


HEARD_AGAIN = Logistic(-1.35, 1.21, -2.66, 1.06)
"""After a second hearing."""

HEARD_ONCE = Logistic(-5.65, 1.27, -4.44)
"""Before one, or where none is possible (live, or a phrase that the recogniser cannot spell)."""


def confidence(proposal: Proposal, evidence: Evidence | None) -> float:
    """Return the probability, 0 to 1, that the proposed phrase was said."""
    cost = proposal.cost * proposal.syllables
    if evidence is None:
        return HEARD_ONCE.probability(proposal.syllables, cost)
    low, high = LOG_RATIO_LIMITS
    return HEARD_AGAIN.probability(proposal.syllables, cost, min(high, max(low, evidence.log_ratio)))
