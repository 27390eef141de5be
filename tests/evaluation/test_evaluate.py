"""The whole evaluation, with the truth's own words in place of a recogniser: real audio, levels and rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcoach.cli.main import app
from callcoach.evaluation.evaluate import as_json, evaluate
from callcoach.evaluation.truth import load_corpus
from callcoach.evaluation.truth_engine import TruthEngine
from callcoach.rules.rulebook import load_rulebook
from callcoach.scoring import load_rubric
from tests.conftest import ROOT

FIGURE_KEYS = {"tp", "fp", "fn", "precision", "recall", "f1", "precision_interval", "recall_interval", "f1_interval"}


@pytest.mark.corpus
@pytest.mark.slow
def test_figures_of_two_calls(corpus: Path, tmp_path: Path) -> None:
    recordings = [one for one in load_corpus(corpus / "dev") if one.name in ("dev12", "dev24")]
    book, rubric = load_rulebook("service-language"), load_rubric("service-language")
    figures = as_json(evaluate(recordings, TruthEngine, book, rubric, work_dir=tmp_path))
    assert figures["cer"] == 0
    assert (figures["engine"], figures["recordings"]) == ("truth", 2)
    assert all(row.keys() == FIGURE_KEYS for part in ("overall", "families") for row in figures[part].values())
    banned, baseline = figures["overall"]["banned"], figures["overall"]["banned_baseline"]
    assert (banned["tp"], banned["fp"], banned["fn"]) == (5, 0, 0)
    assert (baseline["tp"], baseline["fp"]) == (5, 2), "a plain matcher falls for the decoys of dev24"
    assert figures["hard_negatives"]["decoys_of_the_agent_scored"] == 0


@pytest.mark.corpus
@pytest.mark.slow
def test_the_command_writes_json(corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    arguments = ["evaluate", str(corpus / "dev"), "--only", "dev12", "--truth-transcripts", "--json", str(target)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(target.read_text(encoding="utf-8"))["overall"]["banned"]["recall"] == 1.0
    assert "banned" in result.output


@pytest.mark.corpus
@pytest.mark.slow
def test_every_key_is_documented(corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    arguments = ["evaluate", str(corpus / "dev"), "--only", "dev24", "--truth-transcripts", "--json", str(target)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    documented = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    keys = json.loads(target.read_text(encoding="utf-8")).keys() - {"report_version", "recordings", "audio_seconds"}
    assert not [key for key in keys if f"`{key}" not in documented]
