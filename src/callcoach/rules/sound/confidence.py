"""How sure it is that a proposed phrase was said: a logistic model of five figures.

The figures: the log ratio of the second hearing, how surely the phrase was heard by expectation, how sure the
first pass was of what it wrote instead, the distance in sound of the whole phrase, and its length (a long phrase
is rarely met by chance). The constants were fitted by `benchmarks/fit_sound_confidence.py`, which prints them with
their error on calls left out; run it again after the recogniser or the tables of `confusions` have changed.
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

    Per syllable of the phrase, per unit of its whole cost in sound, for the confidence of what the first pass wrote
    there and for that with which the phrase was spotted, per natural logarithm of the second hearing.
    """

    constant: float
    per_syllable: float
    per_cost: float
    per_sure: float
    per_spotted: float = 0.0
    per_log_ratio: float = 0.0

    def probability(self, proposal: Proposal, log_ratio: float = 0.0) -> float:
        """Return the probability that the phrase was said."""
        syllables, cost = figures_of(proposal)
        logit = self.constant + self.per_syllable * syllables + self.per_cost * cost + self.per_sure * proposal.sure
        logit += self.per_spotted * (proposal.spotted or 0.0) + self.per_log_ratio * limited(log_ratio)
        return 1 / (1 + math.exp(-logit))


HEARD_AGAIN = Logistic(0.07, 0.86, -3.26, -1.62, 5.61, 0.87)
"""After a hearing by expectation and a weighing of both readings."""

EXPECTED = Logistic(-3.29, 1.02, -5.50, -1.93, 8.09)
"""After the hearing by expectation alone: what is worth weighing."""

HEARD_ONCE = Logistic(-0.41, 1.39, -8.19, -4.76)
"""Before one, or where none is possible (live, or a phrase that the recogniser cannot spell)."""

SYLLABLES_THAT_COUNT = 6
"""More syllables make a chance resemblance no rarer: then it is a sentence alike in grammar."""

DEAREST_COST = 1.25
"""Whole cost above which what was written is just something else: how far off says no more."""

NEGATIONS = frozenset({"bu", "mei"})
"""不 and 没, as `explain` writes syllables."""

NEGATION_LOG_RATIO = -0.5
"""Least evidence for a phrase whose negation the first pass did not hear. 这是我们应该做的 is courtesy, with
不 it is a refusal: nearness in sound says nothing there, the second hearing must be at least undecided."""

NEGATION_SPOTTED = 0.5
"""Or the hearing by expectation, which knows the courtesy as well, likelier heard the negation than not."""

NEGATION_UNHEARD = 0.2
"""Confidence at most, when it is not."""

CUT_WORD = 0.9
"""Confidence of a word from which it is not cut in two: 但是 in 订单是 sounds the same."""

CUT_LOG_RATIO = -2.0
"""Unless the readings, weighed, say less against it than this."""

WORD_CUT = 0.2
"""Confidence at most, when they do."""

UNLIKE_COST = 0.3
"""From this cost on a syllable is another one, below it is the same with an accent."""


def confidence(proposal: Proposal, evidence: Evidence | None) -> float:
    """Return the probability, 0 to 1, that the proposed phrase was said."""
    if evidence is None:
        return _without_negation(proposal, prior(proposal))
    sure = HEARD_AGAIN.probability(proposal, evidence.log_ratio)
    if proposal.cut >= CUT_WORD and evidence.log_ratio <= CUT_LOG_RATIO:
        sure = min(sure, WORD_CUT)
    heard = evidence.log_ratio >= NEGATION_LOG_RATIO or (proposal.spotted or 0.0) >= NEGATION_SPOTTED
    return sure if heard else _without_negation(proposal, sure)


def prior(proposal: Proposal) -> float:
    """Return the probability before the readings are weighed: what is worth that."""
    return (HEARD_ONCE if proposal.spotted is None else EXPECTED).probability(proposal)


def figures_of(proposal: Proposal) -> tuple[int, float]:
    """Return the syllables and the cost of the whole phrase, as far as they count."""
    return min(proposal.syllables, SYLLABLES_THAT_COUNT), min(proposal.cost * proposal.syllables, DEAREST_COST)


def limited(log_ratio: float) -> float:
    """Return the log ratio within the limits where it says something."""
    low, high = LOG_RATIO_LIMITS
    return min(high, max(low, log_ratio))


def _without_negation(proposal: Proposal, sure: float) -> float:
    """Lower the confidence when the first pass heard no negation where the phrase has one."""
    changed = differences(proposal.phrase, proposal.heard)
    unheard = any(one.expected in NEGATIONS and one.cost >= UNLIKE_COST for one in changed)
    return min(sure, NEGATION_UNHEARD) if unheard else sure
