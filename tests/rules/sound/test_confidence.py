import math
from dataclasses import replace

import pytest

from callcoach.rules.sound.confidence import confidence
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
