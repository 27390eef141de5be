"""Rules in force: the settings' rulebook with what was published, on whichever server that was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from callcoach.principal import Role
from callcoach.rules.rulebook import documents_of
from callcoach.server.rulebook.fields import as_version
from callcoach.settings import Settings
from callcoach.store.engine import Database
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.written_rules import get_draft, publish, put_draft, withdraw
from callcoach.work.rules_in_force import LOOK_EVERY_S, RulesInForce

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def put_in_force(database: Database, rule_id: str, document: str, version: int) -> None:
    with database.writing() as session:
        person_id = add_person(session, NewPerson(f"t{version}", "培训师", Role.TRAINER)).id
        put_draft(session, rule_id, document, number=0, person_id=person_id, now=NOW)
        draft = get_draft(session, rule_id)
        publish(session, draft, document, version, reason="试", person_id=person_id, now=NOW)


def test_what_another_server_publishes_is_in_force_within_a_second(database: Database) -> None:
    clock = Clock()
    rules = RulesInForce(Settings(), database, clock)
    before = rules.rulebook
    assert before is rules.rulebook, "loaded once"
    but = documents_of("service-language")["neg.but"]
    put_in_force(database, "neg.but", as_version({**but, "severity": "fatal"}, 99), 99)
    clock.now_s += LOOK_EVERY_S
    rule = rules.rulebook.rule("neg.but")
    assert rule is not None
    assert (rule.version, rule.severity.value) == (99, "fatal")
    assert rules.rulebook.version != before.version
    with database.writing() as session:
        withdraw(session, "neg.but", reason="太严", person_id=1, now=NOW)
    rules.look_again()
    assert rules.rulebook.rule("neg.but") == before.rule("neg.but")


def test_a_published_rule_that_no_longer_fits_leaves_the_others(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    documents = documents_of("service-language")
    put_in_force(database, "neg.but", as_version({**documents["neg.but"], "exceptions": ["gone"]}, 7), 7)
    put_in_force(database, "neg.cannot", as_version({**documents["neg.cannot"], "severity": "fatal"}, 8), 8)
    now = RulesInForce(Settings(), database).now()
    assert [one.name for one in now.published] == ["neg.cannot"]
    assert len(now.rulebook.rules) == len(documents)
    assert "neg.but" in caplog.text
