"""Which phrases of a rulebook are listened for by sound, and in which sentences they may stand.

Takes a rulebook, gives phrases without gaps. Only what an agent is blamed for saying is worth the
search; wordings that must be there are praised or missed by what the first pass wrote.
"""

from __future__ import annotations

import re
from itertools import chain

from callcoach.datapath import Speaker
from callcoach.rules.definition import Rule, Rulebook
from callcoach.rules.kinds.phrase import PhraseCondition
from callcoach.rules.pattern import spellings
from callcoach.rules.sound.doubting import Innocent

_BETWEEN_CLAUSES = re.compile(r"[\s，。！？、；：,.?!;:…—“”\"'（）()]+")


def phrases_of(rulebook: Rulebook, speaker: Speaker) -> tuple[str, ...]:
    """Return every spelling without a gap of the wordings that rules look for in this speaker's turns."""
    patterns = (pattern for rule in rulebook.rules for pattern in _patterns(rule, speaker))
    variants = (variant for pattern in patterns for variant in spellings(pattern))
    return tuple(
        dict.fromkeys(part for variant in variants if len(variant) == 1 for part in variant if isinstance(part, str))
    )


def sentences_of(rulebook: Rulebook, speaker: Speaker) -> tuple[str, ...]:
    """Return what this speaker says in the rules' own examples, clause by clause, and the phrases themselves.

    Both ways to say you are given: a rule writes either, the recogniser has a word for each.
    """
    examples = (example for rule in rulebook.rules for example in (*rule.hits, *rule.misses))
    said = (turn.text for example in examples for turn in example.conversation.turns if turn.speaker is speaker)
    clauses = [clause for text in said for clause in _BETWEEN_CLAUSES.split(text) if clause]
    every = (*clauses, *phrases_of(rulebook, speaker))
    return tuple(
        dict.fromkeys(form for one in every for form in (one, one.replace("你", "您"), one.replace("您", "你")))
    )


def innocence_of(rulebook: Rulebook, speaker: Speaker) -> Innocent:
    """Return what tells whether every rule that looks for a phrase in this speaker's turns excuses it at a place."""
    looking: dict[str, list[Rule]] = {}
    for rule in rulebook.rules:
        for variant in chain.from_iterable(spellings(pattern) for pattern in _patterns(rule, speaker)):
            for phrase in variant if len(variant) == 1 else ():
                if isinstance(phrase, str) and rule not in looking.setdefault(phrase, []):
                    looking[phrase].append(rule)

    def innocent(phrase: str, text: str, start: int, end: int) -> bool:
        rules = looking.get(phrase, ())
        return bool(rules) and all(any(one.reason(text, start, end) for one in rule.exceptions) for rule in rules)

    return innocent


def _patterns(rule: Rule, speaker: Speaker) -> tuple[str, ...]:
    condition = rule.condition
    if isinstance(condition, PhraseCondition) and condition.speaker.speaker is speaker:
        return condition.any
    return ()
