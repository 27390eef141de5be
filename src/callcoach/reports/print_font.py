"""The font of printed pages: embedded, so that a page looks and prints alike everywhere.

What is shipped has the characters of everyday Chinese and of most names (`scripts/make_print_font.py`). The few it
lacks are set in the standard font of Adobe's Simplified Chinese collection, which readers bring themselves
(ISO 32000-1, 9.7.5.2).
"""

from __future__ import annotations

from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont

import callcoach.vendored

FONT, RARE_FONT = "NotoSansSC", "STSong-Light"
FILE = Path(callcoach.vendored.__file__).with_name("noto-sans-sc-subset.ttf")


@cache
def known() -> frozenset[int]:
    """Register both fonts, once; return the code points of the embedded one."""
    font = TTFont(FONT, FILE)
    registerFont(font)
    registerFont(UnicodeCIDFont(RARE_FONT))
    return frozenset(font.face.charToGlyph)


def markup(text: str) -> str:
    """Return a text as reportlab's markup, with what the embedded font lacks in the reader's own."""
    letters = known()
    pieces: list[str] = []
    for is_known, run in groupby(text, key=lambda letter: ord(letter) in letters or letter.isspace()):
        piece = escape("".join(run), quote=False)
        pieces.append(piece if is_known else f'<font name="{RARE_FONT}">{piece}</font>')
    return "".join(pieces)
