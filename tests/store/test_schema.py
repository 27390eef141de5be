"""The schema's history: every revision with data in it comes up to today's schema, which is what the tables say."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from callcoach.errors import StoreError
from callcoach.store.engine import Database, database_url, open_database
from callcoach.store.schema import current_revision, revisions, upgrade
from callcoach.store.tables import Base

pytestmark = pytest.mark.slow

DATA = {
    "0001": """
INSERT INTO teams (id, name) VALUES (1, '一组');
INSERT INTO people (id, login, name, role, active, created_at)
  VALUES (1, 'li', '李', 'agent', TRUE, '2026-01-02 03:04:05');
INSERT INTO memberships (person_id, team_id) VALUES (1, 1);
INSERT INTO agent_names (name, person_id) VALUES ('806', 1);
INSERT INTO api_tokens (id, person_id, name, token_sha256, scopes, created_at)
  VALUES (1, 1, 'test', 'aa', 'calls:read', '2026-01-02 03:04:05');
INSERT INTO audit (id, at, person_id, action, object_kind, object_id, detail, address)
  VALUES (1, '2026-01-02 03:04:05', 1, 'call.hear', 'call', 'c1', '{}', '127.0.0.1');
INSERT INTO calls (pk, id, started_at, started_known, received_at, direction, agent, agent_id, team_id, number,
  customer, queue, duration_s, state, error, score, reviewed, finding_count, worst_severity, sound_sha256, sound_file,
  customer_sound_file, source)
  VALUES (1, 'c1', '2026-01-02 03:04:05', TRUE, '2026-01-02 03:05:00', 'inbound', '806', 1, 1, '13800000020', '李先生',
  '', 61.5, 'scored', '', 87.5, FALSE, 1, 1, 'bb', 'a.wav', '', 'a.wav');
INSERT INTO turns (call_pk, number, speaker, start_s, end_s, text) VALUES (1, 0, 'agent', 0.5, 2.0, '您好请问电子发票');
INSERT INTO tags (id, name) VALUES (1, '投诉');
INSERT INTO call_tags (call_pk, tag_id) VALUES (1, 1);
INSERT INTO findings (call_pk, id, rule_id, rule_version, name_zh, name_en, category, dimension, severity, status,
  speaker, turn, start_s, end_s, quote, confidence, unit, points)
  VALUES (1, 'f1', 'neg.but', 1, '但是', 'but', 'negative', '', 1, 'scored', 'agent', 0, 0.5, 1.0, '但是', 1, '', 2.5);
INSERT INTO scorecards (id, call_pk, kind, rubric, rubric_version, score, made_at)
  VALUES (1, 1, 'machine', 'service-language', '1', 87.5, '2026-01-02 03:06:00');
INSERT INTO dimensions (scorecard_id, id, name_zh, name_en, max_points, score)
  VALUES (1, 'language', '用语', 'Language', 40, 37.5);
""",
    "0170": """
INSERT INTO drills (id, agent_id, rule_id, mode, goal, set_by, set_at)
  VALUES (1, 1, 'neg.but', 'say', '', 1, '2026-01-02 03:04:05');
INSERT INTO drill_items (id, drill_id, number, call_pk, start_s, end_s, customer, said, better, choices)
  VALUES (1, 1, 1, 1, 0.5, 1.0, '', '但是', '同时', '[]');
INSERT INTO drill_answers (id, item_id, at, kind, text, passed, likeness, found, sound_file)
  VALUES (1, 1, '2026-01-02 03:04:05', 'typed', '同时', TRUE, 1, '[]', '');
""",
    "0160": """
INSERT INTO rule_drafts (rule_id, document, number, changed_by, changed_at)
  VALUES ('own.late', 'id: own.late', 1, 1, '2026-01-02 03:04:05');
INSERT INTO rule_versions (id, rule_id, version, document, reason, published_by, published_at)
  VALUES (1, 'own.late', 1, 'id: own.late', '试过', 1, '2026-01-02 03:04:05');
""",
    "0010": """
INSERT INTO review_plans (id, name, method, period, quota, per, seed, due_workdays, team_ids, reviewer_ids, created_by,
  created_at) VALUES (1, '每日', 'random', 'day', 5, 'all', 7, 3, '[]', '[1]', 1, '2026-01-02 03:04:05');
INSERT INTO review_runs (id, plan_id, period, ran_at, candidates, drawn, unassigned)
  VALUES (1, 1, '2026-01-01', '2026-01-02 03:04:05', 1, '["c1"]', '[]');
INSERT INTO review_assignments (id, call_pk, person_id, run_id, assigned_at, due_at, state, reason)
  VALUES (1, 1, 1, 1, '2026-01-02 03:04:05', '2026-01-05 03:04:05', 'open', '');
INSERT INTO review_rounds (id, name, created_by, created_at) VALUES (1, '一月', 1, '2026-01-02 03:04:05');
INSERT INTO review_round_calls (round_id, call_pk, place) VALUES (1, 1, 0);
INSERT INTO review_round_reviewers (round_id, person_id) VALUES (1, 1);
INSERT INTO review_bases (call_pk, made_at, content) VALUES (1, '2026-01-02 03:04:05', '{}');
INSERT INTO review_sheets (id, key, call_pk, round_id, person_id, stage, version)
  VALUES (1, 'call:1', 1, NULL, NULL, 'in_review', 1);
INSERT INTO review_events (sheet_id, number, at, person_id, kind, body, reason)
  VALUES (1, 1, '2026-01-02 03:04:05', 1, 'judge', '{}', '');
""",
    "0020": """
UPDATE people SET email = 'li@example.com' WHERE id = 1;
INSERT INTO passwords (person_id, password_hash, changed_at) VALUES (1, 'x', '2026-01-02 03:04:05');
INSERT INTO sessions (id, person_id, token_sha256, begun_at, seen_at)
  VALUES (1, 1, 'cc', '2026-01-02 03:04:05', '2026-01-02 03:04:05');
INSERT INTO invitations (id, person_id, token_sha256, made_at, expires_at)
  VALUES (1, 1, 'dd', '2026-01-02 03:04:05', '2026-01-05 03:04:05');
INSERT INTO identities (issuer, subject, person_id) VALUES ('https://sso.example.com', '7', 1);
INSERT INTO sign_in_attempts (id, at, login_sha256, address) VALUES (1, '2026-01-02 03:04:05', 'ee', '127.0.0.1');
""",
    "0030": """
INSERT INTO saved_views (id, person_id, name, query, shared, made_at)
  VALUES (1, 1, '低分', 'score_max=60', TRUE, '2026-01-02 03:04:05');
""",
    "0040": """
INSERT INTO call_measures (call_pk, ring_s, silence_s, agent_share, talk_overs, hold_s) VALUES (1, 4.5, 0, 0.6, 1, 0);
INSERT INTO coaching (id, agent_id, coach_id, at, rule_ids, call_ids, goal)
  VALUES (1, 1, 1, '2026-01-02 03:04:05', '["neg.but"]', '["c1"]', '少说但是');
""",
    "0060": """
INSERT INTO judged_findings (call_pk, finding_id, rule_id, severity, verdict, start_s, quote)
  VALUES (1, 'f1', 'neg.but', 1, 'rejected', 0.5, '但是');
INSERT INTO trend_state (id, zone, complete) VALUES (1, 'Asia/Shanghai', FALSE);
INSERT INTO trend_hours (level, first, team_id, agent_id, weekday, hour, calls, scored, score, standing)
  VALUES ('da', '2026-01-02', 1, 1, 4, 11, 1, 1, 87.5, 1);
""",
    "0070": """
INSERT INTO out_events (id, at, kind, call_pk, severity, body)
  VALUES (1, '2026-01-02 03:04:05', 'call.scored', 1, NULL, '{}');
INSERT INTO hooks (id, url, secret, kinds, least_severity, active, made_at, made_by)
  VALUES (1, 'https://crm.example.com', 'whsec_AAAA', '["call.scored"]', 2, TRUE, '2026-01-02 03:04:05', 1);
INSERT INTO deliveries (id, hook_id, event_id, attempts, next_at, last_at, status, answer, took_ms, delivered)
  VALUES (1, 1, 1, 0, '2026-01-02 03:04:05', NULL, NULL, '', NULL, FALSE);
""",
    "0080": """
INSERT INTO contacts (id, number, number_key, name, department, notes, sort_name, find)
  VALUES (1, '801', '801', '张伟', '售后', '', 'zhangwei', ' 张伟 zhangwei zw 801 ');
INSERT INTO customers (id, name, company, tier, tier_by_hand, kind, sales, owner_id, notes, sort_name, find, made_at,
  changed_at, merged_into) VALUES (1, '李先生', '远航物流', 'a', FALSE, 'analytical', 1000, 1, '', 'lixiansheng',
  ' 李先生 ', '2026-01-02 03:04:05', '2026-01-02 03:04:05', NULL);
INSERT INTO customer_numbers (id, customer_id, number, number_key) VALUES (1, 1, '138 0000 0020', '13800000020');
INSERT INTO customer_tags (customer_id, name) VALUES (1, '月结');
INSERT INTO customer_notes (id, customer_id, person_id, at, call_id, text)
  VALUES (1, 1, 1, '2026-01-02 03:04:05', 'c1', '要发票');
""",
    "0081": """
INSERT INTO campaigns (id, name, mode, state, why_paused, team_id, script_id, first_day, last_day, goals,
  calls_per_min, max_attempts, busy_min, no_answer_min, next_dial_at, faults, made_by, made_at)
  VALUES (1, '回访', 'preview', 'running', '', 1, NULL, '2026-01-02', NULL, '{}', 10, 3, 10, 120,
  '2026-01-02 03:04:05', 0, 1, '2026-01-02 03:04:05');
INSERT INTO campaign_agents (person_id, campaign_id, since) VALUES (1, 1, '2026-01-02 03:04:05');
INSERT INTO leads (id, campaign_id, number, number_key, name, note, customer_id, owner_id, state, next_at, attempts,
  held_by, held_until, last_outcome, last_at, result, result_note) VALUES (1, 1, '13800000020', '13800000020', '', '',
  1, 1, 'open', '2026-01-02 03:04:05', 0, NULL, NULL, NULL, NULL, '', '');
INSERT INTO number_holds (number_key, lead_id, until) VALUES ('13800000020', 1, '2026-01-02 03:04:05');
INSERT INTO attempts (id, lead_id, campaign_id, person_id, at, call_id, outcome, code, detail)
  VALUES (1, 1, 1, 1, '2026-01-02 03:04:05', '', 'busy', 486, '');
INSERT INTO do_not_call (id, number, number_key, reason, until, added_by, added_at)
  VALUES (1, '13900000001', '13900000001', '本人要求', NULL, 1, '2026-01-02 03:04:05');
""",
    "0085": """
INSERT INTO desk_calls (id, phone_call_id, person_id, call_pk, number, direction, queue, at)
  VALUES (1, 'c1', 1, 1, '13800000020', 'inbound', '', '2026-01-02 03:04:05');
INSERT INTO call_notes (desk_call_id, text, version, changed_at) VALUES (1, '发票', 1, '2026-01-02 03:04:05');
INSERT INTO dispositions (id, parent_id, name_zh, name_en, needs_callback, needs_complaint, active, place)
  VALUES (1, NULL, '已解决', 'Solved', FALSE, FALSE, TRUE, 0);
INSERT INTO wrap_ups (desk_call_id, disposition_id, follow_up, done_at, version)
  VALUES (1, 1, '', '2026-01-02 03:04:05', 1);
INSERT INTO callbacks (id, state, due_at, number, customer, reason, owner_id, team_id, made_at, made_by, call_pk,
  desk_call_id, turn, said, at_s, attempts, escalated_at, ended_at, version)
  VALUES (1, 'draft', '2026-01-03 03:04:05', '13800000020', '', '', 1, 1, '2026-01-02 03:04:05', NULL, 1, NULL, 0,
  '明天给您回电', 0.5, 0, NULL, NULL, 1);
INSERT INTO callback_steps (id, callback_id, step, at, person_id, note, due_at, owner_id)
  VALUES (1, 1, 'confirm', '2026-01-02 03:04:05', 1, '', '2026-01-03 03:04:05', 1);
""",
    "0086": """
INSERT INTO complaints (id, state, version, recorded_at, recorded_by, team_id, owner_id, proposed_by, level, due_at,
  late_told_at, report_due_at, reported_at, ended_at, call_pk, desk_call_id, customer, number, order_number, department,
  happened_on, product, quantity, amount, complaint, reason, evidence, demand, steps, decision, deadline_at)
  VALUES (1, 'recorded', 1, '2026-01-02 03:04:05', 1, 1, NULL, NULL, 1, '2026-01-02 05:04:05', NULL,
  '2026-01-02 03:34:05', NULL, NULL, 1, 1, '李先生', '13800000020', 'D-1', '仓库', '2026-01-01', '冰箱', 1000, 120050,
  '少了一台', '', '', 'claim', '', '', '2026-01-09 03:04:05');
INSERT INTO complaint_events (id, complaint_id, number, at, person_id, step, state, text, changes, owner_id, due_at)
  VALUES (1, 1, 1, '2026-01-02 03:04:05', 1, 'record', 'recorded', '', '{}', NULL, '2026-01-02 05:04:05');
""",
    "0130": """
INSERT INTO scripts (id, name, direction, queue, campaign_id, published) VALUES (1, '接待', 'inbound', '', 1, 1);
INSERT INTO script_versions (id, script_id, number, steps, made_by, made_at)
  VALUES (1, 1, 1, '[{"title": "问候", "say": "", "optional": false}]', 1, '2026-01-02 03:04:05');
INSERT INTO script_runs (desk_call_id, version_id, begun_at, missing) VALUES (1, 1, '2026-01-02 03:04:05', 0);
INSERT INTO script_ticks (desk_call_id, step, at) VALUES (1, 0, '2026-01-02 03:04:05');
""",
    "0140": """
INSERT INTO surveys (id, name, published) VALUES (1, '售后', 1);
INSERT INTO survey_versions (id, survey_id, number, opening, questions, made_by, made_at)
  VALUES (1, 1, 1, '', '[{"text": "满意吗", "kind": "rating_5", "optional": false, "low": 2}]', 1,
  '2026-01-02 03:04:05');
INSERT INTO follow_up_plans (id, name, survey_id, campaign_id, source, share_percent, seed, delay_h, within_h,
  rest_days, queue, direction, tier, with_complaint, team_id, made_by, made_at, ended_at) VALUES (1, '售后', 1, 1,
  'calls', 10, 1, 24, 72, 30, '', NULL, NULL, NULL, 1, 1, '2026-01-02 03:04:05', NULL);
INSERT INTO follow_ups (id, plan_id, survey_id, call_pk, complaint_id, lead_id, number, number_key, customer, agent_id,
  team_id, queue, state, due_at, expires_at, made_at, ended_at, ended_by, remark) VALUES (1, 1, 1, 1, NULL, 1,
  '13800000020', '13800000020', '', 1, 1, '', 'answered', '2026-01-02 03:04:05', '2026-01-03 03:04:05',
  '2026-01-02 03:04:05', '2026-01-02 04:04:05', 1, '');
INSERT INTO survey_responses (id, follow_up_id, number, version_id, at, person_id, by_keys, is_dissatisfied,
  callback_id) VALUES (1, 1, 1, 1, '2026-01-02 04:04:05', 1, FALSE, TRUE, 1);
INSERT INTO survey_answers (response_id, question, kind, value, text) VALUES (1, 0, 'rating_5', 2, '');
""",
    "0150": """
INSERT INTO phone_calls (id, person_id, team_id, phone_call_id, direction, number, queue, day, rang_at, answered_at,
  ended_at, ring_s, talk_s, ended_by, code, turned_away) VALUES (1, 1, 1, 'c9', 'inbound', '138', '', '2026-01-02',
  '2026-01-02 03:04:05', NULL, '2026-01-02 03:04:25', 20, NULL, 'customer', 487, FALSE);
INSERT INTO attendance (id, person_id, from_at, until_at)
  VALUES (1, 1, '2026-01-02 01:00:00', '2026-01-02 09:00:00');
""",
    "0050": """
INSERT INTO watched_files (path, size, changed_ns, problem, at, folder, call_id, again)
  VALUES ('/pbx/a.wav', 1, 1, 'broken', '2026-01-02 03:04:05', '/pbx', '', TRUE);
INSERT INTO watched_folders (path, server, looked_at, problem, waiting)
  VALUES ('/pbx', 'main', '2026-01-02 03:04:05', '', 0);
""",
}
"""What is put into a database that stands at a revision; a new revision gets an entry if it has tables of its own."""


def fill(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        for statement in filter(str.strip, DATA.get(revision, "").split(";\n")):
            connection.execute(text(statement.rstrip().rstrip(";").replace(":", "\\:")))


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")  # nobody can compare these
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        return compare_metadata(context, Base.metadata)


def is_ours(name: str | None, kind: str, _: object) -> bool:
    # The full-text index is made by SQL of each database's own.
    return not (kind == "table" and name is not None and name.startswith("call_text"))


def counts(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        names = [table.name for table in Base.metadata.sorted_tables]
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


@pytest.mark.parametrize("start", revisions())
def test_a_database_of_every_revision_comes_up_to_date_with_its_data(empty_database: Database, start: str) -> None:
    for revision in revisions()[: revisions().index(start) + 1]:
        upgrade(empty_database, revision)
        fill(empty_database, revision)
    upgrade(empty_database)
    assert current_revision(empty_database) == revisions()[-1]
    assert differences(empty_database) == []
    found = counts(empty_database)
    assert {
        name: found[name] for name in ("people", "calls", "turns", "findings", "dimensions", "audit")
    } == dict.fromkeys(("people", "calls", "turns", "findings", "dimensions", "audit"), 1)


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    fill(database, "0001")
    upgrade(database)
    assert counts(database)["calls"] == 1


def test_servers_that_start_at_once_upgrade_once(empty_url: str, tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        database = open_database(database_url(empty_url, tmp_path))
        try:
            upgrade(database)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_newer_schema_is_refused(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="made by a newer one"):
        upgrade(database)
