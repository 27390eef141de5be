"""Both languages say everything, and nobody asks for a text that is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import nodes

from callcoach.server.pages.messages import FAMILIES, Language, Translator, catalogue
from callcoach.server.pages.navigation import NAVIGATION
from callcoach.server.pages.rendering import SERVER, environment

STATIC = SERVER / "pages" / "static"
DOMAINS = {key.partition(".")[0] for key in catalogue()}
KEY = re.compile(rf"(?:{'|'.join(sorted(DOMAINS))})\.[a-z0-9_:]+")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def asked_in_templates() -> Iterator[nodes.Expr]:
    for name in environment().list_templates(extensions=["j2"]):
        source = environment().loader.get_source(environment(), name)[0]  # type: ignore[union-attr]
        for call in environment().parse(source).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                yield call.args[0]


def literal_keys() -> set[str]:
    in_templates = {argument.value for argument in asked_in_templates() if isinstance(argument, nodes.Const)}
    return in_templates | {key for path in SERVER.rglob("*.py") for key in keys_in_python(path)}


def keys_in_python(path: Path) -> Iterator[str]:
    nodes_of_file = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    calls = [node for node in nodes_of_file if isinstance(node, ast.Call)]
    deeds = {id(call.args[1]) for call in calls if getattr(call.func, "id", "") == "note" and len(call.args) > 1}
    for node in nodes_of_file:  # what is noted in the audit log is named alike, and has words of its own
        if id(node) in deeds:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
            yield node.value


FOR_SCRIPTS = ("desk.", "floor.", "headset.")
"""Domains all of whose texts are handed to scripts."""


def keys_of_scripts() -> set[str]:
    """What the live pages' templates and scripts say."""
    live = ("desk", "headset", "floor")
    scripts = [path for path in STATIC.glob("*.js") if path.stem.startswith(live)]
    templates = [path for name in ("desk", "floor") for path in (SERVER / name).rglob("*.j2")]
    said = "".join(path.read_text(encoding="utf-8") for path in (*scripts, *templates))
    words = set(re.findall(r"[\"'`.]([a-z_]+)", said))
    return {key for key in catalogue() if key.startswith(FOR_SCRIPTS) and key.partition(".")[2] in words}


def computed_keys() -> set[str]:
    family = {f"{name}.{member.value}" for name, kind in FAMILIES.items() for member in kind}
    sections = {f"nav.{section.name}" for section in NAVIGATION}
    told_of = {key for key in catalogue() if key.startswith(("deed.", "object."))}
    return (
        family
        | sections
        | told_of
        | keys_of_scripts()
        | {f"nav.{entry.name}" for section in NAVIGATION for entry in section.entries}
    )


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_a_text_says_the_same_in_both_languages(key: str) -> None:
    words = catalogue()[key]
    assert words.zh.strip()
    assert words.en.strip()
    assert places(words.zh) == places(words.en)
    assert not re.search(r"[\u4e00-\u9fff]", words.en)


def test_every_key_that_is_asked_for_is_there_and_every_other_is_gone() -> None:
    assert literal_keys() | computed_keys() == set(catalogue())


def noted_actions() -> set[str]:
    """Every action that any code notes, here or by a `_note` of its own."""
    found = set()
    for path in SERVER.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("note", "_note"):
                found |= {value for value in map(literal, node.args) if re.fullmatch(r"[a-z]+(\.[a-z]+)+", value)}
    return found


def literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_deed_that_is_noted_has_words() -> None:
    assert {f"deed.{action.replace('.', '_')}" for action in noted_actions()} <= set(catalogue())


def test_computed_keys_begin_with_a_known_domain() -> None:
    for argument in asked_in_templates():
        if isinstance(argument, nodes.Concat):
            first = argument.nodes[0]
            assert isinstance(first, nodes.Const)
            assert first.value.rstrip(".") in {*FAMILIES, "nav"}


def test_a_place_is_filled_and_a_text_without_places_may_hold_braces() -> None:
    chinese, english = Translator(Language.ZH), Translator(Language.EN)
    assert (chinese("people.title"), english("people.title")) == ("人员", "People")
    with pytest.raises(KeyError):
        chinese("people.unknown")
