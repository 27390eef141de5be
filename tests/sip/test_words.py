from __future__ import annotations

import pytest

from callcoach.sip.words import REGISTRATION_WORDS, RegistrationProblem, end_words, registration_problem


@pytest.mark.parametrize(
    ("code", "tls", "fault", "problem"),
    [
        (401, False, "", RegistrationProblem.WRONG_PASSWORD),
        (403, False, "", RegistrationProblem.WRONG_PASSWORD),
        (404, False, "", RegistrationProblem.UNKNOWN_USER),
        (408, False, "", RegistrationProblem.UNREACHABLE),
        (503, False, "", RegistrationProblem.UNREACHABLE),
        (503, True, "", RegistrationProblem.UNREACHABLE),
        (503, True, "issuer not found", RegistrationProblem.TLS_CERTIFICATE),
        (401, True, "old fault", RegistrationProblem.WRONG_PASSWORD),
        (500, False, "", RegistrationProblem.REFUSED),
    ],
)
def test_registration_problem(code: int, tls: bool, fault: str, problem: RegistrationProblem) -> None:
    assert registration_problem(code, tls, fault) is problem


def test_every_problem_has_words_in_both_languages() -> None:
    assert set(REGISTRATION_WORDS) == set(RegistrationProblem)
    assert all(words.zh and words.en for words in REGISTRATION_WORDS.values())


def test_end_words() -> None:
    assert end_words(486, "Busy Here") == "486 对方忙 · busy"
    assert end_words(699, "Odd") == "699 Odd"
    assert end_words(200, "OK") == "正常挂机 · hung up"
