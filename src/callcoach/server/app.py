"""Makes the application: routes of every domain, errors in words, headers; opens and closes what it needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool

from callcoach import __version__
from callcoach.server.account import pages as account_pages
from callcoach.server.account import token_routes
from callcoach.server.around import disposition_pages, script_pages, script_part, script_routes
from callcoach.server.around import pages as around_pages
from callcoach.server.around import routes as around_routes
from callcoach.server.audit import pages as audit_pages
from callcoach.server.audit import routes as audit
from callcoach.server.body_limit import BodyLimit
from callcoach.server.callbacks import pages as callback_pages
from callcoach.server.callbacks import routes as callback_routes
from callcoach.server.calls import call_pages, view_routes
from callcoach.server.calls import pages as list_pages
from callcoach.server.calls import routes as calls
from callcoach.server.campaigns import do_not_call, lead_part
from callcoach.server.campaigns import pages as campaign_pages
from callcoach.server.campaigns import routes as campaigns
from callcoach.server.complaints import pages as complaint_pages
from callcoach.server.complaints import routes as complaint_routes
from callcoach.server.contacts import pages as contact_pages
from callcoach.server.contacts import routes as contacts
from callcoach.server.customers import desk_card
from callcoach.server.customers import pages as customer_pages
from callcoach.server.customers import routes as customers
from callcoach.server.description import describe
from callcoach.server.desk import line as desk_line
from callcoach.server.desk import pages as desk_pages
from callcoach.server.dialling.dialler import Dialler
from callcoach.server.dialling.readiness import DeskReadiness
from callcoach.server.drills import pages as drill_pages
from callcoach.server.drills import routes as drills
from callcoach.server.errors import add_error_handlers
from callcoach.server.floor import line as floor_line
from callcoach.server.floor import pages as floor_pages
from callcoach.server.folders import pages as folder_pages
from callcoach.server.folders import routes as folders
from callcoach.server.forgery import check_forgery
from callcoach.server.headers import SecurityHeaders
from callcoach.server.hooks import pages as hook_pages
from callcoach.server.hooks import routes as hook_routes
from callcoach.server.hooks.courier import Courier
from callcoach.server.pages import preferences, statics
from callcoach.server.people import pages as people_pages
from callcoach.server.people import routes as people
from callcoach.server.people import unmapped_pages
from callcoach.server.phones import pages as phone_pages
from callcoach.server.phones import routes as phones
from callcoach.server.review import call_routes, outcome_routes, plan_routes, queue_routes, round_routes
from callcoach.server.review.clockwork import Clockwork, prepare_trends
from callcoach.server.reviewing import appeal_pages, plan_pages
from callcoach.server.reviewing import pages as reviewing_pages
from callcoach.server.rulebook import pages as rulebook_pages
from callcoach.server.rulebook import routes as rulebook
from callcoach.server.services import Services, open_services
from callcoach.server.sign_in import pages as sign_in_pages
from callcoach.server.sign_in import provider_pages
from callcoach.server.speaking_rules import pages as speaking_rules_pages
from callcoach.server.statistics import pages as statistics_pages
from callcoach.server.surveys import follow_up_pages, follow_up_plan_pages, survey_pages
from callcoach.server.surveys import routes as survey_routes
from callcoach.server.system import routes as system
from callcoach.server.trends import coaching_pages, coaching_routes, rule_pages
from callcoach.server.trends import pages as trend_pages
from callcoach.settings import Settings
from callcoach.store.schema import upgrade
from callcoach.work.rounds import Rounds

API_ROUTERS = (
    system.router,
    calls.router,
    view_routes.router,
    hook_routes.router,
    token_routes.router,
    people.router,
    audit.router,
    call_routes.router,
    queue_routes.router,
    outcome_routes.router,
    plan_routes.router,
    round_routes.router,
    phones.router,
    trend_pages.api_router,
    statistics_pages.api_router,
    rule_pages.api_router,
    coaching_routes.router,
    folders.router,
    rulebook.router,
    drills.router,
    hook_pages.api_router,
    contacts.router,
    around_routes.router,
    script_routes.router,
    callback_routes.router,
    complaint_routes.router,
    survey_routes.router,
    customers.router,
    campaigns.router,
    do_not_call.api_router,
)
"""Routers of the REST API, one a domain; each path begins behind `/api/v1`."""
PAGE_ROUTERS: tuple[APIRouter, ...] = (
    statics.router,
    preferences.router,
    sign_in_pages.router,
    provider_pages.router,
    list_pages.router,
    call_pages.router,
    reviewing_pages.router,
    appeal_pages.router,
    plan_pages.router,
    trend_pages.router,
    statistics_pages.router,
    desk_pages.router,
    desk_line.router,
    rule_pages.router,
    coaching_pages.router,
    drill_pages.router,
    floor_pages.router,
    around_pages.router,
    callback_pages.router,
    complaint_pages.router,
    disposition_pages.router,
    script_pages.router,
    script_part.router,
    survey_pages.router,
    follow_up_plan_pages.router,
    follow_up_pages.router,
    floor_line.router,
    rulebook_pages.router,
    speaking_rules_pages.router,
    hook_pages.router,
    contact_pages.router,
    customer_pages.router,
    desk_card.router,
    campaign_pages.router,
    lead_part.router,
    do_not_call.router,
    folder_pages.router,
    unmapped_pages.router,
    people_pages.router,
    phone_pages.router,
    account_pages.router,
    audit_pages.router,
)
"""Routers of the web pages."""


@asynccontextmanager
async def _at_work(services: Services) -> AsyncIterator[None]:
    """Work on calls until the end of the block, unless the settings leave that to other servers; and what falls due."""
    rounds, clockwork, courier = Rounds(services.desk), Clockwork(services), Courier(services)
    await run_in_threadpool(rounds.start)
    clockwork.start()
    courier.start()
    services.phone_keeper.start()
    following = [asyncio.create_task(one.follow()) for one in (services.presence, services.ledger)]
    try:
        yield
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        await run_in_threadpool(services.phone_keeper.stop)
        await run_in_threadpool(clockwork.stop)
        await run_in_threadpool(courier.stop)
        await run_in_threadpool(rounds.stop)


def create_app(settings: Settings) -> FastAPI:
    """Return the application. It opens the database when it starts, and closes it when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = open_services(settings)
        try:
            await run_in_threadpool(upgrade, services.database)
            await run_in_threadpool(prepare_trends, services)
            app.state.services = services
            app.state.dialler = Dialler(services, DeskReadiness(services.database, services.exchange))
            app.state.dialler.start()
            try:
                async with _at_work(services):
                    yield
            finally:
                await app.state.dialler.stop()
        finally:
            await run_in_threadpool(services.exchange.close)
            services.database.close()

    app = FastAPI(
        title="CallCoach",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        dependencies=[Depends(check_forgery)],
    )
    add_error_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=settings.server.max_upload_mb * 1_000_000)
    app.add_middleware(SecurityHeaders)
    for router in API_ROUTERS:
        app.include_router(router, prefix="/api/v1")
    for router in PAGE_ROUTERS:
        app.include_router(router)
    describe(app)
    return app
