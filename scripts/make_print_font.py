"""Cut the font of the PDF out of Noto Sans SC: `python scripts/make_print_font.py NotoSansSC_400Regular.ttf`.

Kept are the characters of GB 2312, those of the segmenter's dictionary (names and rarer words), Latin and the signs
of our pages; hinting and layout tables go, since print needs none. Needs fonttools, which nothing else here does.
`src/callcoach/vendored/manifest.toml` says which package the font comes from.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import jieba
from fontTools import subset

OUTPUT = Path(__file__).parents[1] / "src" / "callcoach" / "vendored" / "noto-sans-sc-subset.ttf"
SIGNS = "○△▲✖●✎☎⏸→↛■–—…‘’“”·−×±①②③"
"""What our own words use beside letters."""
COMMON = 9
"""Kept are characters whose words come to this frequency: rare letters of names do, variants do not."""


def characters() -> set[str]:
    """Return what the font must have."""
    plain = (range(0x20, 0x7F), range(0xA0, 0x100), range(0x3000, 0x3020), range(0xFF00, 0xFFF0))
    found = {chr(code) for codes in plain for code in codes}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found | set(SIGNS) | {letter for letter, count in _frequencies().items() if count >= COMMON}


def _frequencies() -> Counter[str]:
    counts: Counter[str] = Counter()
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, count, _ = line.decode("utf-8").split(" ")
            counts.update(dict.fromkeys(word, int(count)))
    return counts


def main() -> None:
    """Write the font."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "STAT", "DSIG", "meta"]
    font = subset.load_font(sys.argv[1], options)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(characters())))
    cutter.subset(font)
    subset.save_font(font, str(OUTPUT), options)
    print(f"{OUTPUT}: {OUTPUT.stat().st_size / 1e6:.2f} MB, {len(font.getGlyphOrder())} glyphs")


if __name__ == "__main__":
    main()
