"""Signing in with a password, and setting one.

Every failure costs the same time and says the same, whether the login is known or not.
"""

from __future__ import annotations

from callcoach.errors import SignInError
from callcoach.server.services import Services
from callcoach.server.sign_in.cookies import lifetime_of
from callcoach.settings import SignInSettings
from callcoach.store import passwords
from callcoach.store.attempts import count_attempt, forget_attempts
from callcoach.store.audit import note
from callcoach.store.model import Person
from callcoach.store.sessions import begin_session, end_sessions_of

MIN_DIFFERENT = 5
"""Least number of different characters in a password: `aaaaaaaaaa` is long and no secret."""


def sign_in(services: Services, login: str, password: str, address: str) -> str:
    """Check login and password, and return the token of a new session.

    Raises:
        TooManyAttemptsError: the login or the address failed too often of late.
        SignInError: they do not match.
    """
    _count(services, login, address)
    person_id = _proven(services, login, password)
    with services.database.writing() as session:
        if person_id is None:
            note(session, "session.refuse", address=address)
        else:
            forget_attempts(session, login)
            note(session, "session.begin", person_id=person_id, detail={"by": "password"}, address=address)
            return begin_session(session, person_id, lifetime_of(services.settings))
    raise SignInError("Login and password do not match.")


def is_own_password(services: Services, person: Person, password: str, address: str) -> bool:
    """Whether a password is the person's; failures count as those of signing in do.

    Raises:
        TooManyAttemptsError: there were too many of late: somebody guesses at a browser left open.
    """
    _count(services, person.login, address)
    with services.database.reading() as session:
        encoded = passwords.password_of(session, person.id)
    if not passwords.matches(encoded, password):
        return False
    with services.database.writing() as session:
        forget_attempts(session, person.login)
    return True


def change_password(services: Services, person_id: int, password: str, token: str, address: str) -> None:
    """Set a person's password and sign them out everywhere but where `token` is the session."""
    encoded = passwords.hash_password(password)
    with services.database.writing() as session:
        passwords.put_password(session, person_id, encoded)
        end_sessions_of(session, person_id, except_token=token)
        note(session, "password.change", person_id=person_id, about=("person", str(person_id)), address=address)


def password_problem(limits: SignInSettings, password: str, again: str, login: str) -> str:
    """Return the key of the message that says why a new password is not taken; empty: it is."""
    if len(password) < limits.password_min_length:
        return "password.too_short"
    if len(password) > passwords.MAX_LENGTH:
        return "password.too_long"
    if len(set(password)) < MIN_DIFFERENT or login.lower() in password.lower():
        return "password.too_plain"
    return "" if password == again else "password.differs"


def _count(services: Services, login: str, address: str) -> None:
    limits = services.settings.sign_in
    window_s = limits.failure_window_min * 60
    per_login, per_address = limits.failures_per_login, limits.failures_per_address
    with services.database.writing() as session:
        count_attempt(session, login, address, per_login=per_login, per_address=per_address, window_s=window_s)


def _proven(services: Services, login: str, password: str) -> int | None:
    """Return the id of whoever login and password belong to."""
    with services.database.reading() as session:
        person_id = passwords.active_person_for(session, login)
        encoded = passwords.password_of(session, person_id) if person_id is not None else None
    if not passwords.matches(encoded, password):
        return None
    if person_id is not None and encoded is not None and passwords.is_outdated(encoded):
        renewed = passwords.hash_password(password)
        with services.database.writing() as session:
            passwords.put_password(session, person_id, renewed)
    return person_id
