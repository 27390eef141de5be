"""Static files: addresses by content, long caching, colours named once."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from callcoach.server.pages import statics


@pytest.mark.parametrize("name", sorted(statics.files()))
def test_a_file_is_served_for_a_year_under_its_content(client: TestClient, name: str) -> None:
    answer = client.get(statics.address(name))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == statics.FOREVER
    assert answer.headers["content-type"].partition(";")[0] in ("text/css", "text/javascript", "image/svg+xml")
    assert answer.content == statics.files()[name].read_bytes()


@pytest.mark.parametrize("path", ["/static/000000000000/site.css", "/static/x/none.css", "/static/x/..%2fsettings.py"])
def test_another_version_or_another_file_is_not_there(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


def test_no_script_runs_but_from_our_files(client: TestClient) -> None:
    policy = client.get("/sign-in").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == "'self'"
    assert rules["default-src"] == "'self'"
    assert (rules["object-src"], rules["base-uri"], rules["form-action"]) == ("'none'", "'none'", "'self'")


def colours(name: str) -> set[str]:
    root = statics.files()[name].read_text().partition(":root {")[2].partition("}")[0]
    return {variable for variable, value in re.findall(r"(--[a-z-]+): ([^;]+);", root) if value.startswith("#")}


def test_light_and_dark_name_the_same_colours() -> None:
    assert colours("site.css") == colours("dark.css")


def test_rules_name_no_colour_of_their_own() -> None:
    rules = statics.files()["site.css"].read_text().partition(":root {")[2].partition("}")[2]
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []
