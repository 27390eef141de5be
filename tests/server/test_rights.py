"""Which role may use which route: every pair is expected here, and every route is asked.

A route that is not listed fails the first test, so that nobody adds one without saying who may use it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from callcoach.principal import Role
from callcoach.rights import RIGHTS, SCOPES, Permission
from callcoach.server.app import create_app
from callcoach.server.forgery import HEADER, forgery_token
from callcoach.server.principal import BY_THEMSELVES
from callcoach.server.sign_in.cookies import SESSION_COOKIE, lifetime_of
from callcoach.settings import Settings
from callcoach.store.sessions import begin_session
from tests.server.conftest import token_for
from tests.server.routes import WEBSOCKET, all_routes, filled
from tests.server.visitors import add

pytestmark = pytest.mark.slow

PUBLIC = "public"
EVERYBODY = frozenset(Role)
TEACHERS = EVERYBODY - {Role.AGENT}
TRAINERS = frozenset({Role.TRAINER, Role.ADMINISTRATOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
AGENT = frozenset({Role.AGENT})
KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
CALLERS = KEEPERS | AGENT

EXPECTED: dict[str, frozenset[Role] | str] = {
    "GET /": EVERYBODY,
    "GET /static/{digest}/{name}": PUBLIC,
    "POST /preferences": PUBLIC,
    "GET /sign-in": PUBLIC,
    "POST /sign-in": PUBLIC,
    "POST /sign-out": PUBLIC,
    "GET /sign-in/provider": PUBLIC,
    "GET /sign-in/provider/answer": PUBLIC,
    "GET /invitation/{token}": PUBLIC,
    "POST /invitation/{token}": PUBLIC,
    "GET /calls": EVERYBODY,
    "GET /calls/export": EVERYBODY,
    "GET /calls/{call_id}": EVERYBODY,
    "GET /calls/{call_id}/work": EVERYBODY,
    "GET /calls/{call_id}/curves": EVERYBODY,
    "GET /calls/{call_id}/report.pdf": EVERYBODY,
    "POST /calls/{call_id}/review/{deed}": TEACHERS,
    "POST /calls/{call_id}/answer/{deed}": AGENT,
    "GET /calls/bring": EVERYBODY,
    "POST /calls/views": EVERYBODY,
    "POST /calls/views/{view_id}/remove": EVERYBODY,
    "POST /calls/{call_id}/retry": TEACHERS,
    "GET /results": AGENT,
    "GET /reviews": TEACHERS,
    "POST /reviews/{assignment_id}/hand-on": TEACHERS,
    "POST /reviews/{assignment_id}/skip": TEACHERS,
    "GET /appeals": TEACHERS,
    "GET /badges": EVERYBODY,
    "GET /plans": TEACHERS,
    "POST /plans": TEACHERS,
    "POST /plans/preview": TEACHERS,
    "POST /plans/{plan_id}/end": TEACHERS,
    "GET /rounds": TEACHERS,
    "POST /rounds": TEACHERS,
    "GET /rounds/{round_id}": TEACHERS,
    "POST /rounds/{round_id}/close": TEACHERS,
    "GET /trends": EVERYBODY,
    "GET /trends/rules/{rule_id}": EVERYBODY,
    "GET /api/v1/trends": EVERYBODY,
    "GET /api/v1/trends/rules/{rule_id}": EVERYBODY,
    "GET /api/v1/coaching": EVERYBODY,
    "POST /api/v1/coaching": TEACHERS,
    "GET /api/v1/folders": ADMINISTRATOR,
    "GET /api/v1/folders/files": ADMINISTRATOR,
    "POST /api/v1/folders/retry": ADMINISTRATOR,
    "GET /statistics": EVERYBODY,
    "GET /api/v1/statistics": EVERYBODY,
    "GET /coaching": EVERYBODY,
    "POST /coaching": TEACHERS,
    "GET /phones": ADMINISTRATOR,
    "GET /phones/{person_id}": ADMINISTRATOR,
    "POST /phones/{person_id}": ADMINISTRATOR,
    "POST /phones/{person_id}/remove": ADMINISTRATOR,
    "POST /phones/{person_id}/restart": ADMINISTRATOR,
    "GET /hooks": ADMINISTRATOR,
    "POST /hooks": ADMINISTRATOR,
    "GET /hooks/{hook_id}": ADMINISTRATOR,
    "POST /hooks/{hook_id}/switch": ADMINISTRATOR,
    "POST /hooks/{hook_id}/remove": ADMINISTRATOR,
    "POST /hooks/{hook_id}/deliveries/{delivery_id}/again": ADMINISTRATOR,
    "WEBSOCKET /api/v1/events": EVERYBODY,
    "GET /api/v1/views": EVERYBODY,
    "POST /api/v1/views": EVERYBODY,
    "DELETE /api/v1/views/{view_id}": EVERYBODY,
    "GET /api/v1/webhooks": ADMINISTRATOR,
    "POST /api/v1/webhooks": ADMINISTRATOR,
    "GET /api/v1/webhooks/{hook_id}": ADMINISTRATOR,
    "DELETE /api/v1/webhooks/{hook_id}": ADMINISTRATOR,
    "PATCH /api/v1/webhooks/{hook_id}": ADMINISTRATOR,
    "GET /api/v1/webhooks/{hook_id}/deliveries": ADMINISTRATOR,
    "POST /api/v1/webhooks/{hook_id}/deliveries/{delivery_id}/resend": ADMINISTRATOR,
    "GET /api/v1/tokens": EVERYBODY,
    "POST /api/v1/tokens": EVERYBODY,
    "DELETE /api/v1/tokens/{token_id}": EVERYBODY,
    "GET /desk": EVERYBODY,
    "WEBSOCKET /desk/line": EVERYBODY,
    "GET /drills": EVERYBODY,
    "POST /drills": TEACHERS,
    "GET /drills/new": TEACHERS,
    "GET /drills/{drill_id}": EVERYBODY,
    "POST /drills/{drill_id}/end": TEACHERS,
    "POST /drills/{drill_id}/items/{number}": AGENT,
    "POST /drills/{drill_id}/items/{number}/spoken": AGENT,
    "GET /drills/{drill_id}/answers/{answer_id}/sound": EVERYBODY,
    "GET /api/v1/drills": EVERYBODY,
    "POST /api/v1/drills": TEACHERS,
    "GET /api/v1/drills/{drill_id}": EVERYBODY,
    "POST /api/v1/drills/{drill_id}/items/{number}/answers": AGENT,
    "POST /api/v1/drills/{drill_id}/end": TEACHERS,
    "GET /rules": TRAINERS,
    "POST /rules": TRAINERS,
    "GET /rules/new": TRAINERS,
    "GET /rules/{rule_id}": TRAINERS,
    "POST /rules/{rule_id}/withdraw": TRAINERS,
    "POST /rules/{rule_id}/draft/begin": TRAINERS,
    "GET /rules/{rule_id}/draft": TRAINERS,
    "POST /rules/{rule_id}/draft": TRAINERS,
    "POST /rules/{rule_id}/draft/trial": TRAINERS,
    "POST /rules/{rule_id}/draft/publish": TRAINERS,
    "POST /rules/{rule_id}/draft/discard": TRAINERS,
    "GET /api/v1/rules": TRAINERS,
    "GET /api/v1/rules/drafts": TRAINERS,
    "GET /api/v1/rules/{rule_id}": TRAINERS,
    "GET /api/v1/rules/{rule_id}/draft": TRAINERS,
    "PUT /api/v1/rules/{rule_id}/draft": TRAINERS,
    "DELETE /api/v1/rules/{rule_id}/draft": TRAINERS,
    "POST /api/v1/rules/{rule_id}/draft/trial": TRAINERS,
    "POST /api/v1/rules/{rule_id}/draft/publish": TRAINERS,
    "POST /api/v1/rules/{rule_id}/withdraw": TRAINERS,
    "GET /speaking-rules": TRAINERS,
    "POST /speaking-rules": TRAINERS,
    "GET /floor": TEACHERS,
    "WEBSOCKET /floor/news": TEACHERS,
    "GET /contacts": EVERYBODY,
    "POST /contacts": KEEPERS,
    "GET /contacts/export": KEEPERS,
    "GET /contacts/import": KEEPERS,
    "POST /contacts/import": KEEPERS,
    "GET /contacts/new": KEEPERS,
    "GET /contacts/{contact_id}": KEEPERS,
    "POST /contacts/{contact_id}": KEEPERS,
    "POST /contacts/{contact_id}/remove": KEEPERS,
    "GET /api/v1/contacts": EVERYBODY,
    "POST /api/v1/contacts": KEEPERS,
    "POST /api/v1/contacts/import": KEEPERS,
    "PUT /api/v1/contacts/{contact_id}": KEEPERS,
    "DELETE /api/v1/contacts/{contact_id}": KEEPERS,
    "GET /desk/notes": EVERYBODY,
    "GET /desk/wrap-up": EVERYBODY,
    "POST /desk/wrap-up": EVERYBODY,
    "GET /desk/callbacks": EVERYBODY,
    "GET /desk/callbacks/due": EVERYBODY,
    "GET /calls/{call_id}/around": EVERYBODY,
    "GET /callbacks": EVERYBODY,
    "POST /callbacks": EVERYBODY,
    "GET /callbacks/export": EVERYBODY,
    "GET /callbacks/{callback_id}": EVERYBODY,
    "POST /callbacks/{callback_id}/{step}": EVERYBODY,
    "GET /complaints": EVERYBODY,
    "POST /complaints": EVERYBODY,
    "GET /complaints/new": EVERYBODY,
    "GET /complaints/export": EVERYBODY,
    "GET /complaints/{complaint_id}": EVERYBODY,
    "POST /complaints/{complaint_id}/{step}": EVERYBODY,
    "GET /api/v1/complaints": EVERYBODY,
    "POST /api/v1/complaints": EVERYBODY,
    "GET /api/v1/complaints/{complaint_id}": EVERYBODY,
    "POST /api/v1/complaints/{complaint_id}/steps": EVERYBODY,
    "GET /desk/script": EVERYBODY,
    "POST /desk/script/tick": EVERYBODY,
    "GET /scripts": TRAINERS,
    "POST /scripts": TRAINERS,
    "GET /scripts/export": TRAINERS,
    "GET /scripts/import": TRAINERS,
    "POST /scripts/import": TRAINERS,
    "GET /scripts/new": TRAINERS,
    "GET /scripts/{script_id}": TRAINERS,
    "POST /scripts/{script_id}": TRAINERS,
    "POST /scripts/{script_id}/publish": TRAINERS,
    "GET /surveys": TRAINERS,
    "POST /surveys": TRAINERS,
    "GET /surveys/export": TRAINERS,
    "GET /surveys/import": TRAINERS,
    "POST /surveys/import": TRAINERS,
    "GET /surveys/new": TRAINERS,
    "GET /surveys/{survey_id}": TRAINERS,
    "POST /surveys/{survey_id}": TRAINERS,
    "POST /surveys/{survey_id}/publish": TRAINERS,
    "GET /follow-up-plans": KEEPERS,
    "POST /follow-up-plans": KEEPERS,
    "POST /follow-up-plans/{plan_id}/end": KEEPERS,
    "GET /follow-ups": EVERYBODY,
    "GET /follow-ups/export": EVERYBODY,
    "GET /follow-ups/{follow_up_id}": EVERYBODY,
    "POST /follow-ups/{follow_up_id}/answers": EVERYBODY,
    "POST /follow-ups/{follow_up_id}/decline": EVERYBODY,
    "GET /api/v1/surveys": EVERYBODY,
    "POST /api/v1/surveys": TRAINERS,
    "GET /api/v1/surveys/{survey_id}": EVERYBODY,
    "PUT /api/v1/surveys/{survey_id}": TRAINERS,
    "POST /api/v1/surveys/{survey_id}/in-force": TRAINERS,
    "POST /api/v1/surveys/{survey_id}/keyed-answers": EVERYBODY,
    "GET /api/v1/follow-ups": EVERYBODY,
    "GET /api/v1/follow-ups/{follow_up_id}": EVERYBODY,
    "POST /api/v1/follow-ups/{follow_up_id}/answers": EVERYBODY,
    "POST /api/v1/follow-ups/{follow_up_id}/decline": EVERYBODY,
    "GET /api/v1/follow-up-plans": KEEPERS,
    "POST /api/v1/follow-up-plans": KEEPERS,
    "POST /api/v1/follow-up-plans/{plan_id}/end": KEEPERS,
    "GET /api/v1/scripts": EVERYBODY,
    "POST /api/v1/scripts": TRAINERS,
    "GET /api/v1/scripts/{script_id}": EVERYBODY,
    "PUT /api/v1/scripts/{script_id}": TRAINERS,
    "POST /api/v1/scripts/{script_id}/publish": TRAINERS,
    "GET /dispositions": TRAINERS,
    "POST /dispositions": TRAINERS,
    "POST /dispositions/{disposition_id}": TRAINERS,
    "GET /api/v1/desk/notes": EVERYBODY,
    "PUT /api/v1/desk/notes": EVERYBODY,
    "GET /api/v1/dispositions": EVERYBODY,
    "POST /api/v1/dispositions": TRAINERS,
    "PUT /api/v1/dispositions/{disposition_id}": TRAINERS,
    "GET /api/v1/calls/{call_id}/around": EVERYBODY,
    "GET /api/v1/callbacks": EVERYBODY,
    "POST /api/v1/callbacks": EVERYBODY,
    "GET /api/v1/callbacks/{callback_id}": EVERYBODY,
    "POST /api/v1/callbacks/{callback_id}/steps": EVERYBODY,
    "GET /customers": EVERYBODY,
    "POST /customers": CALLERS,
    "GET /customers/export": KEEPERS,
    "GET /customers/import": KEEPERS,
    "POST /customers/import": KEEPERS,
    "POST /customers/tiers": KEEPERS,
    "GET /customers/new": CALLERS,
    "GET /customers/{customer_id}": EVERYBODY,
    "POST /customers/{customer_id}": CALLERS,
    "POST /customers/{customer_id}/notes": CALLERS,
    "POST /customers/{customer_id}/merge": KEEPERS,
    "GET /desk/card": EVERYBODY,
    "POST /desk/card": CALLERS,
    "POST /desk/card/{customer_id}": CALLERS,
    "POST /desk/card/{customer_id}/notes": CALLERS,
    "GET /api/v1/customers": EVERYBODY,
    "POST /api/v1/customers": CALLERS,
    "POST /api/v1/customers/import": KEEPERS,
    "POST /api/v1/customers/tiers": KEEPERS,
    "GET /api/v1/customers/by-number/{number}": EVERYBODY,
    "GET /api/v1/customers/{customer_id}": EVERYBODY,
    "PATCH /api/v1/customers/{customer_id}": CALLERS,
    "GET /api/v1/customers/{customer_id}/history": EVERYBODY,
    "POST /api/v1/customers/{customer_id}/notes": CALLERS,
    "POST /api/v1/customers/{customer_id}/merge": KEEPERS,
    "GET /campaigns": EVERYBODY,
    "POST /campaigns": KEEPERS,
    "GET /campaigns/{campaign_id}": EVERYBODY,
    "POST /campaigns/{campaign_id}": KEEPERS,
    "POST /campaigns/{campaign_id}/state": KEEPERS,
    "POST /campaigns/{campaign_id}/assign": KEEPERS,
    "GET /campaigns/{campaign_id}/import": KEEPERS,
    "POST /campaigns/{campaign_id}/import": KEEPERS,
    "GET /desk/lead": CALLERS,
    "POST /desk/lead/next/{campaign_id}": CALLERS,
    "POST /desk/lead/progressive": CALLERS,
    "POST /desk/lead/{lead_id}/take": CALLERS,
    "POST /desk/lead/{lead_id}/dial": CALLERS,
    "POST /desk/lead/{lead_id}/renew": CALLERS,
    "POST /desk/lead/{lead_id}/skip": CALLERS,
    "POST /desk/lead/{lead_id}/result": CALLERS,
    "GET /do-not-call": KEEPERS,
    "POST /do-not-call": KEEPERS,
    "POST /do-not-call/{entry_id}/remove": KEEPERS,
    "GET /do-not-call/import": KEEPERS,
    "POST /do-not-call/import": KEEPERS,
    "GET /api/v1/campaigns": EVERYBODY,
    "POST /api/v1/campaigns": KEEPERS,
    "GET /api/v1/campaigns/{campaign_id}": EVERYBODY,
    "PATCH /api/v1/campaigns/{campaign_id}": KEEPERS,
    "POST /api/v1/campaigns/{campaign_id}/state": KEEPERS,
    "GET /api/v1/campaigns/{campaign_id}/progress": EVERYBODY,
    "GET /api/v1/campaigns/{campaign_id}/leads": EVERYBODY,
    "POST /api/v1/campaigns/{campaign_id}/leads/import": KEEPERS,
    "POST /api/v1/campaigns/{campaign_id}/assign": KEEPERS,
    "POST /api/v1/campaigns/{campaign_id}/next": CALLERS,
    "GET /api/v1/leads/current": CALLERS,
    "POST /api/v1/leads/progressive": CALLERS,
    "POST /api/v1/leads/{lead_id}/take": CALLERS,
    "POST /api/v1/leads/{lead_id}/dial": CALLERS,
    "POST /api/v1/leads/{lead_id}/skip": CALLERS,
    "POST /api/v1/leads/{lead_id}/result": CALLERS,
    "GET /api/v1/do-not-call": KEEPERS,
    "POST /api/v1/do-not-call": KEEPERS,
    "POST /api/v1/do-not-call/import": KEEPERS,
    "DELETE /api/v1/do-not-call/{entry_id}": KEEPERS,
    "GET /account": EVERYBODY,
    "POST /account/password": EVERYBODY,
    "GET /tokens": EVERYBODY,
    "POST /tokens": EVERYBODY,
    "POST /tokens/{token_id}/revoke": EVERYBODY,
    "GET /people": ADMINISTRATOR,
    "POST /people": ADMINISTRATOR,
    "GET /people/new": ADMINISTRATOR,
    "GET /people/{person_id}": ADMINISTRATOR,
    "POST /people/{person_id}": ADMINISTRATOR,
    "POST /people/{person_id}/invitation": ADMINISTRATOR,
    "GET /people/unmapped": ADMINISTRATOR,
    "POST /people/unmapped": ADMINISTRATOR,
    "GET /folders": ADMINISTRATOR,
    "POST /folders/retry": ADMINISTRATOR,
    "GET /teams": ADMINISTRATOR,
    "POST /teams": ADMINISTRATOR,
    "POST /teams/{team_id}": ADMINISTRATOR,
    "GET /audit": ADMINISTRATOR,
    "GET /audit/export": ADMINISTRATOR,
    "GET /api/v1/health": PUBLIC,
    "GET /api/v1/me": EVERYBODY,
    "GET /api/v1/calls": EVERYBODY,
    "POST /api/v1/calls": EVERYBODY,
    "GET /api/v1/calls/{call_id}": EVERYBODY,
    "GET /api/v1/calls/{call_id}/audio": EVERYBODY,
    "GET /api/v1/calls/{call_id}/analysis": EVERYBODY,
    "POST /api/v1/calls/{call_id}/retry": TEACHERS,
    "WEBSOCKET /api/v1/phone": EVERYBODY,
    "GET /api/v1/phones": TEACHERS,
    "POST /api/v1/dial": EVERYBODY,
    "GET /api/v1/people": ADMINISTRATOR,
    "POST /api/v1/people": ADMINISTRATOR,
    "GET /api/v1/people/unmapped": ADMINISTRATOR,
    "POST /api/v1/people/unmapped": ADMINISTRATOR,
    "GET /api/v1/people/{person_id}": ADMINISTRATOR,
    "PATCH /api/v1/people/{person_id}": ADMINISTRATOR,
    "POST /api/v1/people/{person_id}/invitation": ADMINISTRATOR,
    "GET /api/v1/teams": ADMINISTRATOR,
    "POST /api/v1/teams": ADMINISTRATOR,
    "PATCH /api/v1/teams/{team_id}": ADMINISTRATOR,
    "GET /api/v1/audit": ADMINISTRATOR,
    "GET /api/v1/calls/{call_id}/review": EVERYBODY,
    "POST /api/v1/calls/{call_id}/review/verdicts": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/findings": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/corrections": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/overrides": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/notes": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/undo": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/finish": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/reopen": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/decision": TEACHERS,
    "POST /api/v1/calls/{call_id}/review/read": AGENT,
    "POST /api/v1/calls/{call_id}/review/acknowledge": AGENT,
    "POST /api/v1/calls/{call_id}/review/appeal": AGENT,
    "GET /api/v1/review/rules": TEACHERS,
    "GET /api/v1/review/queue": TEACHERS,
    "GET /api/v1/review/appeals": TEACHERS,
    "GET /api/v1/review/appeals/decided": TEACHERS,
    "GET /api/v1/review/results": AGENT,
    "GET /api/v1/review/assignments": TEACHERS,
    "GET /api/v1/review/plans": TEACHERS,
    "GET /api/v1/review/plans/{plan_id}": TEACHERS,
    "GET /api/v1/review/plans/{plan_id}/preview": TEACHERS,
    "GET /api/v1/review/rounds": TEACHERS,
    "GET /api/v1/review/rounds/{round_id}": TEACHERS,
    "GET /api/v1/review/rounds/{round_id}/result": TEACHERS,
    "POST /api/v1/review/assignments": TEACHERS,
    "POST /api/v1/review/assignments/{assignment_id}/hand-on": TEACHERS,
    "POST /api/v1/review/assignments/{assignment_id}/skip": TEACHERS,
    "POST /api/v1/review/plans": TEACHERS,
    "POST /api/v1/review/plans/preview": TEACHERS,
    "POST /api/v1/review/plans/{plan_id}/end": TEACHERS,
    "POST /api/v1/review/rounds": TEACHERS,
    "POST /api/v1/review/rounds/{round_id}/close": TEACHERS,
    "GET /api/v1/review/rounds/{round_id}/calls/{call_id}": TEACHERS,
    "POST /api/v1/review/rounds/{round_id}/calls/{call_id}/verdicts": TEACHERS,
    "POST /api/v1/review/rounds/{round_id}/calls/{call_id}/findings": TEACHERS,
    "POST /api/v1/review/rounds/{round_id}/calls/{call_id}/overrides": TEACHERS,
    "POST /api/v1/review/rounds/{round_id}/calls/{call_id}/notes": TEACHERS,
    "POST /api/v1/review/rounds/{round_id}/calls/{call_id}/undo": TEACHERS,
    "POST /api/v1/review/rounds/{round_id}/calls/{call_id}/finish": TEACHERS,
    "POST /api/v1/review/rounds/{round_id}/calls/{call_id}/reopen": TEACHERS,
}
"""Roles that may use a route; which calls and people they meet there is another matter, tested with the store."""
ANY_SCOPE = {"GET /api/v1/me"}
"""What a token without any scope may do: say whose it is."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("rights")
    with TestClient(create_app(Settings(data_dir=folder)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def sessions(site: TestClient) -> dict[Role, str]:
    """A session of a person of each role."""
    services = site.app.state.services  # type: ignore[attr-defined]
    people = {role: add(services, role.value, role, password=False) for role in Role}
    with services.database.writing() as session:
        return {
            role: begin_session(session, person.id, lifetime_of(services.settings)) for role, person in people.items()
        }


def routes() -> list[tuple[str, str]]:
    return [pair for pair in all_routes() if pair[0] != WEBSOCKET]


def ask(site: TestClient, method: str, path: str, headers: dict[str, str], session: str = ""):
    site.cookies.clear()
    if session:
        site.cookies.set(SESSION_COOKIE, session, domain="testserver.local")
    return site.request(method, filled(path), headers=headers, follow_redirects=False)


def test_every_route_is_expected() -> None:
    assert {f"{method} {path}" for method, path in all_routes()} == set(EXPECTED)


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role.value if role else "nobody")
@pytest.mark.parametrize(("method", "path"), routes())
def test_a_role_may_use_a_route_or_not(
    site: TestClient, sessions: dict[Role, str], method: str, path: str, role: Role | None
) -> None:
    expected = EXPECTED[f"{method} {path}"]
    session = sessions[role] if role and path != "/sign-out" else ""
    answer = ask(site, method, path, {HEADER: forgery_token(session)}, session)
    if isinstance(expected, str) or role in expected:
        assert answer.status_code not in (401, 403) or path == "/sign-in"
        assert path == "/sign-out" or not answer.headers.get("location", "").startswith("/sign-in")
    elif role is None:
        is_page = not path.startswith("/api/") and path not in BY_THEMSELVES
        assert answer.status_code == (303 if is_page else 401)
        assert not is_page or answer.headers["location"].startswith("/sign-in")
    else:
        assert answer.status_code == 403
        assert answer.json()["title_zh"] == "没有权限"


@pytest.mark.parametrize(("method", "path"), [pair for pair in routes() if EXPECTED[" ".join(pair)] != PUBLIC])
def test_a_token_without_scopes_may_use_no_route(site: TestClient, method: str, path: str) -> None:
    services = site.app.state.services  # type: ignore[attr-defined]
    headers = token_for(services, f"{method} {path}", Role.ADMINISTRATOR, ())
    answer = ask(site, method, path, headers)
    if f"{method} {path}" in {*ANY_SCOPE, "GET /"}:
        assert answer.status_code in (200, 303)
    else:
        assert answer.status_code == 403


def test_the_table_knows_every_role_and_permission() -> None:
    assert set(RIGHTS) == set(Role)
    assert set(SCOPES) == set(Permission)
    # Only who took a call answers its review.
    assert RIGHTS[Role.ADMINISTRATOR] == frozenset(Permission) - {Permission.REVIEW_ANSWER}
