"""Past calls that rules can be tried on."""

from __future__ import annotations

import pytest

from callcoach.analysis import SCHEMA_VERSION, save
from callcoach.datapath import Call, CallAnalysis, Conversation, Recording, Speaker, Transcript, Turn
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.scoring import load_rubric, score
from callcoach.server.services import Services
from callcoach.store.calls import add_call
from callcoach.store.model import StoredSound
from callcoach.store.work import save_analysis
from tests.review.builders import NOON

SIDES = (Speaker.AGENT, Speaker.CUSTOMER)
SAID = {
    "c1": ("您好请问有什么可以帮您", "我的包裹在哪里", "这个单子您得自己去查"),
    "c2": ("您好", "网站上有吗", "您得自己去查一下网站"),
    "c3": ("您好我来帮您查", "您得自己去查", "好的我来查"),
}
"""What is said in past calls, in turn, the agent first."""


@pytest.fixture
def past(services: Services) -> Services:
    """A server with past calls that were analysed."""
    for call_id, said in SAID.items():
        analysis = analysis_of(call_id, said)
        folder = services.desk.folder(call_id)
        folder.mkdir(parents=True)
        save(analysis, folder)
        with services.database.writing() as session:
            add_call(session, analysis.call, StoredSound(call_id, "call.wav"))
            save_analysis(session, call_id, analysis)
    return services


def analysis_of(call_id: str, said: tuple[str, ...]) -> CallAnalysis:
    call = Call(call_id, agent="801", started_at=NOON)
    turns = tuple(Turn(n, SIDES[n % 2], n * 4.0, n * 4.0 + 3.0, text) for n, text in enumerate(said))
    report = apply_rules(load_rulebook("service-language"), Conversation(call, 12.0, turns))
    card = score(load_rubric("service-language"), report)
    sound = Recording("call.wav", call_id, 8000, 12.0, SIDES)
    return CallAnalysis(SCHEMA_VERSION, "test", call, sound, (), Transcript(turns, "t", "t"), report, card)
