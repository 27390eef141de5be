"""How a Chinese name is found by what people type: the characters, the whole pinyin, or its initials."""

from __future__ import annotations

import re
from collections.abc import Iterable

SURNAMES = dict(
    pair.split("=")
    for pair in [
        "单=shan",
        "曾=zeng",
        "仇=qiu",
        "解=xie",
        "查=zha",
        "盖=ge",
        "任=ren",
        "区=ou",
        "翟=zhai",
        "朴=piao",
        "华=hua",
        "燕=yan",
        "缪=miao",
        "乐=yue",
        "员=yun",
        "秘=bi",
        "冼=xian",
        "召=shao",
        "盛=sheng",
        "晟=cheng",
        "尉迟=yu,chi",
        "万俟=mo,qi",
        "长孙=zhang,sun",
    ]
)
"""Surnames whose usual reading as a word is another one."""
_GAP = re.compile(r"\s+")


def spelled(name: str) -> tuple[str, str]:
    """Return the pinyin of a name without tones, and its initials: `张伟` gives `zhangwei` and `zw`."""
    from pypinyin import lazy_pinyin

    plain = _GAP.sub("", name)
    surname = next((one for one in sorted(SURNAMES, key=len, reverse=True) if plain.startswith(one)), "")
    first = SURNAMES[surname].split(",") if surname else []
    syllables = [*first, *lazy_pinyin(plain[len(surname) :])]
    whole = "".join(syllables).lower()
    return whole, "".join(one[0] if one.isalpha() else one for one in syllables if one).lower()


def search_text(names: Iterable[str], others: Iterable[str] = ()) -> str:
    """Return what is looked into for a name or number: all in small letters, a space between and around."""
    words: list[str] = []
    for name in filter(None, names):
        words += [_GAP.sub("", name).lower(), *spelled(name)]
    words += [one.lower() for one in others if one]
    return f" {' '.join(dict.fromkeys(words))} "


def asked_words(text: str) -> tuple[str, ...]:
    """Return the words that somebody typed, each of which is to be found."""
    return tuple(text.lower().split()[:6])
