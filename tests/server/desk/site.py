"""A desk in a browser at a real server, with a real softphone behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from callcoach.principal import Role, Scope
from callcoach.server.sign_in.cookies import lifetime_of
from callcoach.settings import Settings
from callcoach.store.model import NewPerson
from callcoach.store.people import add_person
from callcoach.store.sessions import begin_session
from callcoach.store.tokens import make_token
from tests.peers.phone import softphone
from tests.server.phones.test_phone_line import Running

SCOPES = (Scope.PHONE, Scope.CALLS_WRITE)


@dataclass
class DeskSite:
    """The server, and the people at it."""

    running: Running

    def __post_init__(self) -> None:
        with self.running.services.database.writing() as session:
            agent = NewPerson("zhang.wei", "张伟", Role.AGENT, ("一组",), ("1001",))
            supervisor = NewPerson("wang.fang", "王芳", Role.SUPERVISOR, ("一组",))
            self.people = {one.login: add_person(session, one).id for one in (agent, supervisor)}
            self.token = make_token(session, self.people["zhang.wei"], "phone", SCOPES)

    @property
    def server(self) -> DeskSite:
        return self

    def url(self, path: str) -> str:
        return self.running.url + path

    def session_of(self, login: str) -> str:
        with self.running.services.database.writing() as session:
            return begin_session(session, self.people[login], lifetime_of(Settings()))

    def phone(self, folder: Path, **settings: str):
        """The agent's softphone, behind the desk."""
        return softphone(folder, "--server", self.running.url, settings={"PHONE__TOKEN": self.token, **settings})
