"""Which phrases of a rulebook are listened for by sound.

Takes a rulebook, gives phrases without gaps. Only what an agent is blamed for saying is worth the
search; wordings that must be there are praised or missed by what the first pass wrote.
"""

from __future__ import annotations

from callcoach.datapath import Speaker
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.kinds.phrase import PhraseCondition
from callcoach.rules.pattern import spellings


def phrases_of(rulebook: Rulebook, speaker: Speaker) -> tuple[str, ...]:
    """Return every spelling without a gap of the wordings that rules look for in this speaker's turns."""
    patterns = (pattern for rule in rulebook.rules for pattern in _patterns(rule, speaker))
    variants = (variant for pattern in patterns for variant in spellings(pattern))
    return tuple(
        dict.fromkeys(part for variant in variants if len(variant) == 1 for part in variant if isinstance(part, str))
    )


def _patterns(rule: Rule, speaker: Speaker) -> tuple[str, ...]:
    condition = rule.condition
    if isinstance(condition, PhraseCondition) and condition.speaker.speaker is speaker:
        return condition.any
    return ()
