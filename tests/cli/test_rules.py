from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcoach.cli.main import app
from callcoach.errors import RuleDefinitionError

runner = CliRunner()

WRONG = """\
id: test.no
version: 1
name: {zh: 说不, en: Says no}
category: negative
severity: warning
applies_to: agent
condition: {kind: phrase, any: [我不]}
advice: {zh: 别说不, en: Do not}
source: {document: S0, phrase: 不}
hits: [【我不】来, 【我不去】, 【我不】做]
misses: [我来, 我去, 我不做]
"""


def test_check_passes_the_built_in_rulebook() -> None:
    result = runner.invoke(app, ["rules", "check", "service-language"])
    assert result.exit_code == 0
    assert "没有错误" in result.output


def test_check_lists_faults_of_every_argument_and_fails(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("id: nonsense\n", encoding="utf-8")
    result = runner.invoke(app, ["rules", "check", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")])
    assert result.exit_code == 1
    assert "a.yaml:1" in result.output
    assert "b.yaml:1" in result.output


def test_test_names_each_example_that_goes_wrong(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG, encoding="utf-8")
    result = runner.invoke(app, ["rules", "test", str(path)])
    assert result.exit_code == 1
    assert "应命中而未命中 missing “我不去”；不应命中 unexpected “我不”" in result.output
    assert f"{path}:11 test.no 反例：我不做" in result.output


def test_list_and_show() -> None:
    listed = runner.invoke(app, ["rules", "list"])
    assert "neg.cannot" in listed.output
    shown = runner.invoke(app, ["rules", "show", "neg.cannot"])
    assert "看看我们能够帮您做什么" in shown.output
    assert "double_negation（双重否定）" in shown.output


def test_show_of_an_unknown_rule_offers_near_ones() -> None:
    result = runner.invoke(app, ["rules", "show", "neg.canot"])
    assert isinstance(result.exception, RuleDefinitionError)
    with pytest.raises(RuleDefinitionError, match=r"neg\.cannot"):
        raise result.exception
