"""How the registration stands, told only when it changes."""

from __future__ import annotations

from callcoach.sip import events, facts
from callcoach.sip.words import REGISTRATION_WORDS, RegistrationProblem, registration_problem

_HOPELESS = {RegistrationProblem.WRONG_PASSWORD, RegistrationProblem.UNKNOWN_USER}
"""Problems that the library does not try again by itself: a wrong password tried on and on only
gets the account locked."""


class Registration:
    """Turns the registrar's answers into events.

    Args:
        tls: whether the transport is TLS.
        retry_s: pause before the library tries again.
    """

    def __init__(self, tls: bool, retry_s: int) -> None:
        self._tls = tls
        self._retry_s = retry_s
        self._tls_fault = ""
        self._last: events.RegistrationChanged | None = None

    @property
    def registered(self) -> bool:
        """Whether the PBX knows where we are."""
        return self._last is not None and self._last.registered

    def on_transport(self, fact: facts.TransportFact) -> None:
        """Remember what was wrong with the server's certificate."""
        if fact.connected:
            self._tls_fault = ""
        elif fact.tls_fault or fact.error:
            self._tls_fault = fact.tls_fault

    def on_fact(self, fact: facts.RegistrationFact) -> events.RegistrationChanged | None:
        """Return the event for an answer; None when it brings nothing new."""
        event = self._describe(fact)
        if event == self._last:
            return None
        self._last = event
        return event

    def _describe(self, fact: facts.RegistrationFact) -> events.RegistrationChanged:
        if fact.active:
            return events.RegistrationChanged(True, fact.code, words_zh="已注册", words_en="registered")
        if fact.code // 100 == 2:
            return events.RegistrationChanged(False, fact.code, words_zh="已注销", words_en="unregistered")
        problem = registration_problem(fact.code, self._tls, self._tls_fault)
        words = REGISTRATION_WORDS[problem]
        return events.RegistrationChanged(
            registered=False,
            code=fact.code,
            problem=problem,
            words_zh=words.zh,
            words_en=words.en,
            detail=self._tls_fault or fact.reason,
            retry_s=0 if problem in _HOPELESS else self._retry_s,
        )
