"""What every request can reach: settings and database, made once when the server starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends
from starlette.requests import HTTPConnection

from callcoach.server.desk.presence import PresenceBoard
from callcoach.server.desk.seats import Seats
from callcoach.server.phones.exchange import Exchange
from callcoach.server.phones.keeper import PhoneKeeper
from callcoach.server.phones.ledger import Ledger
from callcoach.server.phones.listening import listening_maker, live_choices_of
from callcoach.settings import Settings
from callcoach.store.engine import Database, database_url, open_database
from callcoach.work.desk import Desk


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running server."""

    settings: Settings
    database: Database
    desk: Desk
    """For the work on calls."""
    exchange: Exchange
    """The softphones that are connected."""
    presence: PresenceBoard
    """Whether agents take calls."""
    ledger: Ledger
    """Writes down what telephones tell."""
    phone_keeper: PhoneKeeper
    """The softphones that this server runs."""
    seats: Seats = field(default_factory=Seats)
    """Which desks are open, and which has the headset."""
    now: Callable[[], datetime] = utc_now
    """The clock of deadlines."""


def open_services(settings: Settings) -> Services:
    """Open what the settings name.

    Raises:
        CallCoachError: the database cannot be opened.
    """
    url = database_url(settings.database_url.get_secret_value(), settings.data_dir)
    database = open_database(url)
    desk = Desk(settings, database)
    exchange = Exchange(
        listening_maker(settings, desk.rules), lambda: live_choices_of(database), lambda: desk.rules.now().published
    )
    after_call = timedelta(seconds=settings.desk.after_call_s)
    presence = PresenceBoard(database, exchange.newsroom, after_call, utc_now)
    keeper = PhoneKeeper(settings, database)
    ledger = Ledger(database, exchange, ZoneInfo(settings.server.time_zone), utc_now)
    return Services(settings, database, desk, exchange, presence, ledger, keeper)


def services_of(connection: HTTPConnection) -> Services:
    """Return the services of the server that a request or WebSocket came to."""
    return connection.app.state.services


WithServices = Annotated[Services, Depends(services_of)]
"""Parameter of a route that needs them."""
