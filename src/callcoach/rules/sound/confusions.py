"""What is easily taken for what in Mandarin over the telephone: the tables, each with its reason.

A cost is 0 for what cannot be told apart and 1 for what nobody mixes up. The tables say nothing of
particular phrases and were written down from phonetics before any call was looked at:

- merged dialect pairs (zh/z, n/l, f/h, -n/-ng, r/l …) are the "fuzzy pinyin" that every Chinese input
  method offers, and the nearest pairs of DIMSIM (Li, Danilevsky, Noeman, Li: "DIMSIM: An Accurate
  Chinese Phonetic Similarity Algorithm Based on Learned High Dimensional Encoding", CoNLL 2018);
- what the telephone band of 300 to 3400 Hz takes away follows Miller and Nicely ("An Analysis of
  Perceptual Confusions Among Some English Consonants", JASA 27, 1955): manner and nasality survive
  band limits and noise, place of articulation is lost first, then the noise of fricatives;
- weak syllables are those that carry the neutral tone, which are short and soft.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confusion:
    """All pairs within each group of `groups` cost `cost`. Groups are sounds separated by spaces."""

    cost: float
    groups: tuple[str, ...]
    reason: str


NO_INITIAL = "-"
"""How the tables write a syllable without a consonant."""

INITIAL_CONFUSIONS: tuple[Confusion, ...] = (
    Confusion(0.10, ("zh z", "ch c", "sh s"), "flat and retroflex merge in most southern accents"),
    Confusion(0.15, ("n l",), "merge along the Yangtze (Sichuan, Hubei, Hunan, Jianghuai)"),
    Confusion(0.25, ("f h",), "merge before u in Min, Xiang and Hakka accents; both are soft noise"),
    Confusion(0.25, ("r l", "r n"), "r becomes l in many southern accents, and n where n and l are one"),
    Confusion(0.30, (f"r {NO_INITIAL}",), "ren is said yin in the north-east and Shandong"),
    Confusion(0.30, ("j z zh", "q c ch", "x s sh"), "differ by noise above 3400 Hz, which the telephone cuts off"),
    Confusion(0.30, ("b p", "d t", "g k", "j q", "z c", "zh ch"), "aspiration is soft noise; lost near the line noise"),
    Confusion(0.35, (f"h {NO_INITIAL}", f"g {NO_INITIAL}"), "soft onsets before a vowel"),
    Confusion(0.35, ("s f", "h k", "sh ch", "s c", "x q", "r zh"), "fricative and affricate share their noise"),
    Confusion(0.35, ("m n", "n ng"), "nasals differ by place alone"),
    Confusion(0.45, ("b d g", "p t k", "f s sh x h", "z j d", "zh d", "ch t", "q t"), "same manner, other place"),
    Confusion(0.50, (f"n {NO_INITIAL}", f"l {NO_INITIAL}", f"m {NO_INITIAL}", f"d {NO_INITIAL}"), "short, voiced"),
    Confusion(0.55, ("d l n", "b m", "m l", "r sh", "b f", "p f", "k g h"), "neighbours in manner or place"),
)
"""Cheapest entry wins. Consonants in no common group cost `OTHER_COST`."""

MEDIAL_CONFUSIONS: tuple[Confusion, ...] = (
    Confusion(0.30, ("i v",), "ü has i's tongue; the rounding lowers a formant near the band's edge"),
    Confusion(0.35, ("u v", f"u {NO_INITIAL}", f"i {NO_INITIAL}"), "glides are short"),
    Confusion(0.60, ("i u",), "front against back"),
)

NUCLEUS_CONFUSIONS: tuple[Confusion, ...] = (
    Confusion(0.20, ("e o",), "differ by rounding; bo, po, mo, fo are said with either"),
    Confusion(0.25, ("e ii", "e er"), "the vowel of zhi and shi is near the neutral vowel when soft"),
    Confusion(0.30, ("o u", "i v", "i ii"), "neighbours in height"),
    Confusion(0.35, ("a e", "u v", "er a", "ii v", "E i", "E e", "E a"), "neighbours in height or frontness"),
    Confusion(0.45, ("a o", "u ii", "u e", "i e"), "two steps apart"),
)
"""`E` is the vowel of ie, üe and ian; `e` that of e, en, eng, ei."""

CODA_CONFUSIONS: tuple[Confusion, ...] = (
    Confusion(0.12, ("n ng",), "-in/-ing, -en/-eng merge in the south, -an/-ang in Jianghuai; place is lost first"),
    Confusion(0.30, (f"n {NO_INITIAL}", f"ng {NO_INITIAL}"), "a coda nasal often only colours the vowel"),
    Confusion(0.30, (f"i {NO_INITIAL}", f"u {NO_INITIAL}"), "diphthongs flatten in fast speech"),
    Confusion(0.45, ("i n", "u ng", "i u", "i ng", "u n"), "both end in a narrowing"),
)

OTHER_COST = 1.0
"""Cost of two sounds that no table brings together."""

FINAL_PARTS: dict[str, tuple[str, str, str]] = {
    "a": ("", "a", ""),
    "ai": ("", "a", "i"),
    "an": ("", "a", "n"),
    "ang": ("", "a", "ng"),
    "ao": ("", "a", "u"),
    "e": ("", "e", ""),
    "ei": ("", "e", "i"),
    "en": ("", "e", "n"),
    "eng": ("", "e", "ng"),
    "er": ("", "er", ""),
    "o": ("", "o", ""),
    "ong": ("", "u", "ng"),
    "ou": ("", "o", "u"),
    "ii": ("", "ii", ""),
    "i": ("", "i", ""),
    "ia": ("i", "a", ""),
    "ian": ("i", "E", "n"),
    "iang": ("i", "a", "ng"),
    "iao": ("i", "a", "u"),
    "ie": ("i", "E", ""),
    "in": ("", "i", "n"),
    "ing": ("", "i", "ng"),
    "iong": ("v", "u", "ng"),
    "iou": ("i", "o", "u"),
    "io": ("i", "o", ""),
    "u": ("", "u", ""),
    "ua": ("u", "a", ""),
    "uai": ("u", "a", "i"),
    "uan": ("u", "a", "n"),
    "uang": ("u", "a", "ng"),
    "uei": ("u", "e", "i"),
    "uen": ("u", "e", "n"),
    "ueng": ("u", "e", "ng"),
    "uo": ("u", "o", ""),
    "v": ("", "v", ""),
    "van": ("v", "E", "n"),
    "ve": ("v", "E", ""),
    "vn": ("", "v", "n"),
}
"""Medial, nucleus and coda of each final; the iong of yong begins like ü."""

PART_WEIGHTS = (0.25, 0.5, 0.25)
"""Share of medial, nucleus and coda in a final's cost: the nucleus is longest and loudest. A full
mismatch of the nucleus with equal edges is thus half a final; two parts wrong are another final."""

INITIAL_WEIGHT, FINAL_WEIGHT = 0.45, 0.55
"""Share of initial and final in a syllable's cost: the vowel carries more of the energy left in the band."""

WEAK_SYLLABLES: tuple[tuple[str, str], ...] = (
    *(("d", "e"), ("l", "e"), ("zh", "e"), ("m", "en"), ("n", "i"), ("n", "in"), ("b", "a"), ("m", "a")),
    *(("n", "e"), ("", "a"), ("g", "e"), ("z", "ii"), ("", "i"), ("", "en"), ("", "e")),
)
"""的 了 着 们 你 您 吧 吗 呢 啊 个 子 一 嗯: said with the neutral tone or without stress."""

LOST_COST, LOST_WEAK_COST = 0.70, 0.35
"""A syllable of the phrase that the recogniser wrote nothing for."""

ADDED_COST, ADDED_WEAK_COST = 0.70, 0.35
"""A syllable written inside the phrase that the phrase does not have."""
