from __future__ import annotations

from callcoach.sip.facts import RegistrationFact, TransportFact
from callcoach.sip.registration import Registration
from callcoach.sip.words import RegistrationProblem

ACCEPTED = RegistrationFact(active=True, code=200, reason="OK", expires_s=300)
AWAY = RegistrationFact(active=False, code=503, reason="Service Unavailable", expires_s=0)


def test_a_refreshed_registration_is_not_news() -> None:
    registration = Registration(tls=False, retry_s=10)
    first = registration.on_fact(ACCEPTED)
    assert first
    assert first.registered
    assert registration.on_fact(ACCEPTED) is None
    assert registration.registered


def test_the_same_failure_is_told_once_and_a_new_one_again() -> None:
    registration = Registration(tls=False, retry_s=10)
    event = registration.on_fact(AWAY)
    assert event
    assert (event.problem, event.retry_s) == (RegistrationProblem.UNREACHABLE, 10)
    assert registration.on_fact(AWAY) is None
    refused = registration.on_fact(RegistrationFact(active=False, code=403, reason="Forbidden", expires_s=0))
    assert refused
    assert (refused.problem, refused.retry_s) == (RegistrationProblem.WRONG_PASSWORD, 0)


def test_a_certificate_fault_explains_the_next_failure_until_a_connection_works() -> None:
    registration = Registration(tls=True, retry_s=10)
    registration.on_transport(TransportFact(connected=False, error="x", tls_fault="issuer not found"))
    event = registration.on_fact(AWAY)
    assert event
    assert (event.problem, event.detail) == (RegistrationProblem.TLS_CERTIFICATE, "issuer not found")
    registration.on_transport(TransportFact(connected=True, error="", tls_fault=""))
    again = registration.on_fact(AWAY)
    assert again
    assert again.problem is RegistrationProblem.UNREACHABLE
