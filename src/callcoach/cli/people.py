"""`callcoach people`: who may use the review room, from the server's own command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from callcoach.principal import Role, Scope

if TYPE_CHECKING:
    from callcoach.store.engine import Database

app = typer.Typer(name="people", no_args_is_help=True, help="质检室的人员 · People of the review room.")

Login = Annotated[str, typer.Argument(help="登录名 · Login.")]


@app.command()
def add(
    login: Login,
    *,
    role: Annotated[Role, typer.Option("--role", help="角色 · Role.")],
    name: Annotated[str, typer.Option("--name", help="姓名，默认为登录名 · Name; default: the login.")] = "",
    email: Annotated[str, typer.Option("--email", help="邮箱 · E-mail address.")] = "",
    team: Annotated[list[str] | None, typer.Option("--team", help="团队，可多次 · Team; may be repeated.")] = None,
    agent_name: Annotated[
        list[str] | None,
        typer.Option("--agent-name", help="话机系统里的工号或分机 · Name or extension in the telephone system."),
    ] = None,
) -> None:
    """添加人员 · Add a person."""
    from callcoach.store.audit import note
    from callcoach.store.model import NewPerson
    from callcoach.store.people import add_person

    new = NewPerson(login, name or login, role, tuple(team or ()), tuple(agent_name or ()), email)
    with _database() as database, database.writing() as session:
        person = add_person(session, new)
        note(session, "person.add", about=("person", str(person.id)), detail={"login": login, "role": role.value})
    print(f"已添加 added: {person.login} ({person.role.value})")


@app.command("list")
def list_all() -> None:
    """列出全部人员 · List everybody."""
    from callcoach.store.people import list_people

    with _database() as database, database.reading() as session:
        for person in list_people(session):
            teams = ", ".join(team.name for team in person.teams)
            names = ", ".join(person.agent_names)
            print(f"{person.login}\t{person.name}\t{person.role.value}\t{teams}\t{names}")


@app.command()
def token(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="令牌用途 · What the token is for.")] = "",
    scope: Annotated[
        list[Scope] | None, typer.Option("--scope", help="权限，可多次，默认全部 · Scope; repeat; default: all.")
    ] = None,
) -> None:
    """生成 API 令牌，只显示一次 · Make an API token; it is shown once."""
    from callcoach.store.audit import note
    from callcoach.store.people import person_by_login
    from callcoach.store.tokens import make_token

    with _database() as database, database.writing() as session:
        person = person_by_login(session, login)
        secret = make_token(session, person.id, name, scope or tuple(Scope))
        note(session, "token.make", about=("person", str(person.id)), detail={"name": name})
    print(secret)


@app.command()
def invite(login: Login) -> None:
    """生成一次性邀请链接，用于设置密码 · Make a link by which a person sets a password, once."""
    from callcoach.settings import load_settings
    from callcoach.store.audit import note
    from callcoach.store.invitations import invite as make_invitation
    from callcoach.store.people import person_by_login

    settings = load_settings()
    with _database() as database, database.writing() as session:
        person = person_by_login(session, login)
        link = make_invitation(session, person.id, timedelta(hours=settings.sign_in.invitation_h))
        note(session, "invitation.make", about=("person", str(person.id)))
    base = settings.server.base_url.rstrip("/") or f"http://{settings.server.host}:{settings.server.port}"
    print(f"{base}/invitation/{link}")


@contextmanager
def _database() -> Iterator[Database]:
    """Open the database of the settings, its schema up to date."""
    from callcoach.settings import load_settings
    from callcoach.store.engine import database_url, open_database
    from callcoach.store.schema import upgrade

    settings = load_settings()
    database = open_database(database_url(settings.database_url.get_secret_value(), settings.data_dir))
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
