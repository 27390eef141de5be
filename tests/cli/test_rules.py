from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcoach.cli.main import app
from callcoach.errors import CallCoachError, RuleDefinitionError

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


def test_explain_shows_every_step_of_a_sentence() -> None:
    result = runner.invoke(app, ["rules", "explain", "neg.cannot", "--text", "您刚才说我不能退，我們不能給您退。"])
    assert result.exit_code == 0
    shown = "".join(result.output.split())
    for step in ("你刚才说我不能退我们不能给你退", "“我們不能”", "是yesquoting", "否nodouble_negation", "发现1处"):
        assert step in shown


def test_explain_says_that_the_customer_may_say_it() -> None:
    result = runner.invoke(app, ["rules", "explain", "neg.cannot", "--text", "我不能", "--speaker", "customer"])
    assert result.exit_code == 0
    assert "条件在任何地方都不成立" in result.output


def test_explain_wants_a_sentence_or_a_call_and_not_both() -> None:
    assert runner.invoke(app, ["rules", "explain", "neg.cannot"]).exit_code == 2
    both = ["rules", "explain", "neg.cannot", "--text", "我不能", "--file", "x.json"]
    assert runner.invoke(app, both).exit_code == 2


def test_explain_of_a_file_that_is_no_call_is_an_error_of_ours(tmp_path: Path) -> None:
    for name in (tmp_path, tmp_path / "no.json", tmp_path / "no.wav"):
        result = runner.invoke(app, ["rules", "explain", "neg.cannot", "--file", str(name)])
        assert isinstance(result.exception, CallCoachError)


def test_exceptions_can_be_read_and_tried_without() -> None:
    listed = runner.invoke(app, ["rules", "exceptions"])
    assert "double_negation" in listed.output
    shown = "".join(runner.invoke(app, ["rules", "exceptions", "polite_close"]).output.split())
    assert "{}[了|啊|哦]…3(祝|再见|拜拜|谢谢|感谢)" in shown
    assert "forbid.rude：没有的话就挂了，祝您一路平安，再见。" in shown, "the example that needs it"
    unknown = runner.invoke(app, ["rules", "exceptions", "politeness"])
    assert isinstance(unknown.exception, RuleDefinitionError)


def test_an_exception_switched_off_makes_its_examples_go_wrong() -> None:
    result = runner.invoke(app, ["rules", "test", "--without", "polite_close"])
    assert result.exit_code == 1
    assert "祝您一路平安" in result.output
    explained = ["rules", "explain", "forbid.rude", "--text", "没有的话就挂了，再见。"]
    assert "没有发现" in runner.invoke(app, explained).output
    assert "已关闭" in runner.invoke(app, [*explained, "--without", "polite_close"]).output
