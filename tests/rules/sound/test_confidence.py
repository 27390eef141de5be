import math
from dataclasses import replace

import pytest

from callcoach.rules.sound.confidence import NEGATION_UNHEARD, confidence
from callcoach.rules.sound.proposals import Proposal, propose
from callcoach.rules.sound.rehearing import Evidence
from callcoach.rules.sound.search import SoundIndex
from tests.rules.sound.turns import heard


@pytest.fixture
def proposal() -> Proposal:
    (found,) = propose((heard("没有 钱 对"),), SoundIndex(["你没有填对"]))
    return found


def test_what_was_heard_again_as_the_phrase_is_surer(proposal: Proposal) -> None:
    steps = [confidence(proposal, Evidence(ratio)) for ratio in (-math.inf, -3.0, 0.0, 2.0, math.inf)]
    assert steps == sorted(steps)
    assert len(set(steps)) == len(steps)
    assert all(0 < step < 1 for step in steps)


@pytest.mark.parametrize("evidence", [None, Evidence(-1.0)])
def test_a_nearer_sound_is_surer(proposal: Proposal, evidence: Evidence | None) -> None:
    assert confidence(replace(proposal, cost=0.02), evidence) > confidence(replace(proposal, cost=0.2), evidence)


@pytest.mark.parametrize("evidence", [None, Evidence(-1.0)])
def test_a_longer_phrase_of_the_same_whole_cost_is_surer(proposal: Proposal, evidence: Evidence | None) -> None:
    short = replace(proposal, phrase="填错", cost=0.1)
    long = replace(proposal, phrase="表格填错", cost=0.05)
    assert confidence(long, evidence) > confidence(short, evidence)


@pytest.mark.parametrize("evidence", [None, Evidence(-1.0)])
def test_what_the_first_pass_wrote_surely_is_believed_rather(proposal: Proposal, evidence: Evidence | None) -> None:
    assert confidence(replace(proposal, sure=0.5), evidence) > confidence(replace(proposal, sure=1.0), evidence)


def test_a_word_that_the_first_pass_was_sure_of_is_not_cut_unless_the_readings_weigh_alike() -> None:
    (found,) = propose((heard("请问 订单 是 哪天"),), SoundIndex(["但是"]))
    assert found.cut == 1.0
    spotted = replace(found, spotted=1.0)
    assert confidence(spotted, Evidence(-4.0)) <= 0.2
    assert confidence(spotted, Evidence(0.0)) > 0.5
    assert confidence(replace(spotted, cut=0.0), Evidence(-4.0)) > 0.5


def test_a_proposal_knows_how_sure_the_first_pass_was_of_its_words() -> None:
    (found,) = propose((heard("没有 钱 对", sure=0.6),), SoundIndex(["你没有填对"]))
    assert found.sure == pytest.approx(0.6)


def test_a_negation_that_was_heard_by_expectation_needs_no_better_reading() -> None:
    (proposal,) = propose((heard("我 回 的", sure=0.4),), SoundIndex(["我不会的"]))
    assert confidence(proposal, Evidence(-1.0)) <= NEGATION_UNHEARD
    assert confidence(replace(proposal, spotted=0.9), Evidence(-1.0)) > NEGATION_UNHEARD
