"""How sure it is that a proposed phrase was said: a logistic model of three figures.

The figures: the log ratio of the second hearing, the distance in sound of the whole phrase, and the
phrase's length (a long phrase is rarely met by chance). The constants were fitted by
`benchmarks/fit_sound_confidence.py`, which prints them with their error on calls left out; run it
again after the recogniser or the tables of `confusions` have changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from callcoach.rules.sound.explain import differences
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


HEARD_AGAIN = Logistic(-2.42, 1.45, -5.27, 0.90)
"""After a second hearing."""

HEARD_ONCE = Logistic(-5.80, 1.54, -7.57)
"""Before one, or where none is possible (live, or a phrase that the recogniser cannot spell)."""

SYLLABLES_THAT_COUNT = 6
"""More syllables make a chance resemblance no rarer: then it is a sentence alike in grammar."""

NEGATIONS = frozenset({"bu", "mei"})
"""不 and 没, as `explain` writes syllables."""

NEGATION_LOG_RATIO = -0.5
"""Least evidence for a phrase whose negation the first pass did not hear. 这是我们应该做的 is courtesy, with
不 it is a refusal: nearness in sound says nothing there, the second hearing must be at least undecided."""

NEGATION_UNHEARD = 0.2
"""Confidence at most, when it is not."""

UNLIKE_COST = 0.3
"""From this cost on a syllable is another one, below it is the same with an accent."""


def confidence(proposal: Proposal, evidence: Evidence | None) -> float:
    """Return the probability, 0 to 1, that the proposed phrase was said."""
    syllables = min(proposal.syllables, SYLLABLES_THAT_COUNT)
    cost = proposal.cost * proposal.syllables
    if evidence is None:
        return _without_negation(proposal, HEARD_ONCE.probability(syllables, cost))
    low, high = LOG_RATIO_LIMITS
    sure = HEARD_AGAIN.probability(syllables, cost, min(high, max(low, evidence.log_ratio)))
    return sure if evidence.log_ratio >= NEGATION_LOG_RATIO else _without_negation(proposal, sure)


def prior(proposal: Proposal) -> float:
    """Return the probability by sound alone, whatever the meaning: what is worth a second hearing."""
    return HEARD_ONCE.probability(min(proposal.syllables, SYLLABLES_THAT_COUNT), proposal.cost * proposal.syllables)


def _without_negation(proposal: Proposal, sure: float) -> float:
    """Lower the confidence when the first pass heard no negation where the phrase has one."""
    changed = differences(proposal.phrase, proposal.heard)
    unheard = any(one.expected in NEGATIONS and one.cost >= UNLIKE_COST for one in changed)
    return min(sure, NEGATION_UNHEARD) if unheard else sure
