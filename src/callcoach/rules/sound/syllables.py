"""Text as syllables: characters in, what they sound like out, with the way back to the characters.

Tones are ignored: a small recogniser on a telephone line gets them wrong more often than it gets
the segments wrong, and its language model picks the character. Readings come from pypinyin, which
knows polyphones by the phrase they stand in (不会 against 会计, 做不了 against 来了).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcs")
"""Consonants a syllable may begin with; two letters first, so that `zh` is not read as `z`."""

FINALS = (
    *("a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "o", "ong", "ou", "ii"),
    *("i", "ia", "ian", "iang", "iao", "ie", "in", "ing", "iong", "iou", "io"),
    *("u", "ua", "uai", "uan", "uang", "uei", "uen", "ueng", "uo", "v", "van", "ve", "vn"),
)
"""Every final of Mandarin in strict spelling; `ii` is the vowel of zi and zhi."""

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")

_READING_VARIANTS: dict[str, tuple[str, ...]] = {
    "你": ("ni", "nin"),
    "您": ("ni", "nin"),
    "妳": ("ni", "nin"),
    "这": ("zhe", "zhei"),
    "那": ("na", "nei"),
    "哪": ("na", "nei"),
    "谁": ("shei", "shui"),
    "了": ("le", "liao"),
}
"""Readings that speech uses side by side whatever the dictionary prefers; for a phrase's side only."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable without its tone. `initial` is empty when it begins with a vowel or glide.

    `final` is in the strict scheme of pinyin: `iou`, `uei`, `uen`, `v` for ü; `ii` is the vowel of
    zi and zhi, which is not the i of ji.
    """

    initial: str
    final: str


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A text's syllables; `at[i]` is the index in the text of the character that syllable `i` reads.

    Characters that are not Chinese have no syllable here.
    """

    syllables: tuple[Syllable, ...]
    at: tuple[int, ...]


@lru_cache(maxsize=4096)
def parse_syllable(written: str) -> Syllable:
    """Split toneless pinyin as it is written (`you`, `zhi`, `nv`) into initial and strict final."""
    initial = next((one for one in INITIALS if written.startswith(one)), "")
    final = written[len(initial) :]
    if not initial or written in ("n", "m", "ng"):
        return Syllable("", _without_glide_letter(written))
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        final = "ii"
    full = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve"}
    return Syllable(initial, full.get(final, final))


def _without_glide_letter(written: str) -> str:
    """Undo pinyin's spelling of syllables without a consonant: `yan` is ian, `wen` uen, `yu` ü."""
    special = {
        "n": "en",
        "m": "en",
        "ng": "en",
        "you": "iou",
        "yu": "v",
        "yue": "ve",
        "yuan": "van",
        "yun": "vn",
        "yong": "iong",
        "wu": "u",
    }
    if written in special:
        return special[written]
    if written.startswith("yi"):
        return written[1:]
    if written.startswith("y"):
        return "i" + written[1:]
    return {"wei": "uei", "wen": "uen", "weng": "ueng"}.get(
        written, "u" + written[1:] if written[:1] == "w" else written
    )


def read_text(text: str) -> SpokenText:
    """Return the syllables of a text, one for each Chinese character whose reading is known."""
    found = [
        (syllable, run.start() + offset)
        for run in _HAN.finditer(text)
        for offset, syllable in enumerate(_read_run(run.group()))
        if syllable.final in FINALS
    ]
    return SpokenText(tuple(syllable for syllable, _ in found), tuple(at for _, at in found))


def read_phrase(phrase: str) -> tuple[tuple[Syllable, ...], ...]:
    """Return for each Chinese character of a phrase the ways it may be said, likeliest first."""
    spoken = read_text(phrase)
    return tuple(
        tuple(dict.fromkeys((said, *map(parse_syllable, _READING_VARIANTS.get(phrase[at], ())))))
        for said, at in zip(spoken.syllables, spoken.at, strict=True)
    )


@lru_cache(maxsize=8192)
def _read_run(run: str) -> Sequence[Syllable]:
    from pypinyin import Style, pinyin  # 50 MB of readings, not needed beside a recogniser at work

    return [parse_syllable(reading[0]) for reading in pinyin(run, style=Style.NORMAL, strict=False, v_to_u=False)]
