"""What only shows that one is listening: 嗯, 好的, 对对. It takes no floor and asks for no answer."""

from __future__ import annotations

from callcoach.rules.normalise import normalise

CHARACTERS = frozenset("嗯唔哦噢喔啊呃诶哎唉欸对是好的行哈呀吧了可以明白嘛呢")
"""What assent is made of."""

MAX_CHARACTERS = 4
"""嗯嗯, 好的好的, 是的是的."""


def is_backchannel(text: str) -> bool:
    """Whether a comparable or written text is nothing but assent."""
    plain = normalise(text).text
    return len(plain) <= MAX_CHARACTERS and set(plain) <= CHARACTERS
