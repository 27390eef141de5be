"""The PDF of a call says all that the page does, in letters that every reader and printer has."""

from __future__ import annotations

import io
from dataclasses import replace

from pypdf import PdfReader

from callcoach.datapath import Severity
from callcoach.reports.pdf import CallSheet, FindingLine, NoteLine, ScoreLine, render_pdf
from callcoach.reports.print_font import FONT, RARE_FONT
from callcoach.reports.wording import Words
from tests.reports.calls import small_analysis

SHEET = CallSheet(
    title="张伟 · 李先生 13800000020",
    facts=(("通话编号", "c1"),),
    score=88.0,
    machine_score=82.5,
    stage=Words("复核中", "in review"),
    scores=(ScoreLine(Words("用语", "Language"), 30.0, 34.5, 40.0),),
    findings=(
        FindingLine(
            Severity.SERIOUS,
            Words("直接拒绝", "Flat refusal"),
            8.5,
            "我不能给您查",
            Words("看看我们能够帮您做什么", "See what we can do"),
            6.0,
            Words("（已确认）", "(confirmed)"),
        ),
    ),
    unassessed=("超过三声接听（没有振铃记录）",),
    notes=(NoteLine(4.0, "开头很亲切", "王芳 2026-01-31 18:40"),),
    corrections={1: "帮我再查一下"},
    history=("2026-01-31 18:40 王芳 完成质检",),
    chinese=True,
)


def read(sheet: CallSheet) -> tuple[str, dict[str, bool]]:
    """Return the text of the PDF, and of its fonts whether each is embedded."""
    pages = PdfReader(io.BytesIO(render_pdf(small_analysis(), sheet))).pages
    fonts: dict[str, bool] = {}
    for page in pages:
        for reference in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font = reference.get_object()
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            fonts[font["/BaseFont"].strip("/").rpartition("+")[2]] = "/FontFile2" in inner.get("/FontDescriptor", {})
    return "".join(page.extract_text() for page in pages).replace("\n", ""), fonts


def test_all_is_set_in_an_embedded_font() -> None:
    text, fonts = read(SHEET)
    assert "看看我们能够帮您做什么" in text
    used = {name: embedded for name, embedded in fonts.items() if name != "Helvetica"}  # reportlab names it, unused
    assert used, fonts
    assert set(used.values()) == {True}, fonts


def test_notes_corrections_history_and_what_was_left_out_are_said() -> None:
    text, _ = read(SHEET)
    assert "0:04.0开头很亲切王芳 2026-01-31 18:40" in text
    assert "帮我再查一下（更正；机器转写：帮我查一下。）" in text
    assert "完成质检" in text
    assert "评分没有考虑 1 条规则：超过三声接听（没有振铃记录）" in text
    assert "第 1 页" in text
    assert "the machine wrote" in read(replace(SHEET, chinese=False))[0]


def test_a_letter_that_the_font_lacks_is_left_to_the_reader() -> None:
    _, fonts = read(replace(SHEET, title="㐀先生"))
    assert fonts[next(name for name in fonts if name.startswith(RARE_FONT))] is False
    assert any(embedded for name, embedded in fonts.items() if name.startswith(FONT))


def test_a_pdf_stays_small() -> None:
    assert len(render_pdf(small_analysis(), SHEET)) < 200_000


def test_what_people_wrote_is_text_and_never_markup() -> None:
    text, _ = read(replace(SHEET, notes=(NoteLine(1.0, "<b>a & b</b>", "x"),)))
    assert "<b>a & b</b>" in text
