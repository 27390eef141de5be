"""Templates use what their context documents, all of it and nothing else."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator

import pytest
from jinja2 import meta, nodes

import callcoach.server.app  # noqa: F401 - makes every domain's views known
from callcoach.server.pages.rendering import GLOBALS, View, environment

LAYOUT = {
    *("document.html.j2", "frame.html.j2", "bare.html.j2", "parts.html.j2"),
    *("complaints/fields.html.j2", "phones/state.html.j2"),
}


def views(kind: type[View] = View) -> Iterator[type[View]]:
    # A dataclass with slots is made twice, and the first one lives on in this list.
    for view in kind.__subclasses__():
        if getattr(sys.modules[view.__module__], view.__name__) is view:
            yield view
        yield from views(view)


def parsed(name: str) -> nodes.Template:
    return environment().parse(environment().loader.get_source(environment(), name)[0])  # type: ignore[union-attr]


@pytest.mark.parametrize("view", sorted(set(views()), key=lambda view: view.template), ids=lambda view: view.__name__)
def test_a_template_uses_exactly_its_context(view: type[View]) -> None:
    template = parsed(view.template)
    used = meta.find_undeclared_variables(template) - {found.target for found in template.find_all(nodes.Import)}
    used -= {found.name for found in template.find_all(nodes.Macro)}
    assert used - set(GLOBALS) == {field.name for field in dataclasses.fields(view)}


@pytest.mark.parametrize("view", sorted(set(views()), key=lambda view: view.template), ids=lambda view: view.__name__)
def test_a_part_stands_alone_and_a_page_in_the_frame(view: type[View]) -> None:
    extended = [found.template.value for found in parsed(view.template).find_all(nodes.Extends)]  # type: ignore[attr-defined]
    is_part = view.template.rpartition("/")[2].startswith("_")
    assert (extended == []) == is_part
    assert set(extended) <= {"frame.html.j2", "bare.html.j2"}


def test_every_template_has_a_context() -> None:
    assert set(environment().list_templates(extensions=["j2"])) == LAYOUT | {view.template for view in views()}


@pytest.mark.parametrize("name", environment().list_templates(extensions=["j2"]))
def test_no_template_holds_script_or_style(name: str) -> None:
    source = environment().loader.get_source(environment(), name)[0].lower()  # type: ignore[union-attr]
    for forbidden in (" style=", "<style", "onclick", "onchange", "javascript:", "|safe", "| safe", "autoescape false"):
        assert forbidden not in source
    assert source.count("<script") == source.count("<script src=")
