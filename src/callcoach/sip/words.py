"""What a SIP failure means for a person, in Chinese and English.

Sources: RFC 3261 section 21 (response codes) and what the library reports for a registrar that is
away (408 over UDP, 503 over TCP and TLS).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RegistrationProblem(StrEnum):
    """Why the phone is not registered."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a fault
    UNKNOWN_USER = "unknown_user"
    UNREACHABLE = "unreachable"
    TLS_CERTIFICATE = "tls_certificate"
    TLS_FAILED = "tls_failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Words:
    """One statement in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} · {self.en}"


REGISTRATION_WORDS = {
    RegistrationProblem.WRONG_PASSWORD: Words(
        "用户名或密码错误，请检查 sip.user、sip.auth_user 和 sip.password",
        "wrong user name or password: check sip.user, sip.auth_user and sip.password",
    ),
    RegistrationProblem.UNKNOWN_USER: Words(
        "服务器上没有这个分机，请检查 sip.user 和 sip.domain",
        "the server does not know this extension: check sip.user and sip.domain",
    ),
    RegistrationProblem.UNREACHABLE: Words(
        "连不上服务器，请检查 sip.registrar、端口、传输方式和网络",
        "the server cannot be reached: check sip.registrar, its port, the transport and the network",
    ),
    RegistrationProblem.TLS_CERTIFICATE: Words(
        "服务器的 TLS 证书未通过验证，请在 sip.tls_ca_file 中指定签发它的 CA 证书",
        "the server's TLS certificate did not check: name the CA that signed it in sip.tls_ca_file",
    ),
    RegistrationProblem.TLS_FAILED: Words(
        "TLS 连接失败，请确认端口是 TLS 端口且支持 TLS 1.2",
        "the TLS connection failed: make sure that the port speaks TLS and allows TLS 1.2",
    ),
    RegistrationProblem.REFUSED: Words("服务器拒绝注册", "the server refused the registration"),
}

_PASSWORD_CODES = {401, 403, 407}
_UNKNOWN_CODES = {404, 410, 604}
_AWAY_CODES = {408, 480, 502, 503, 504}

CODE_WORDS = {
    400: Words("请求格式错误", "bad request"),
    401: Words("需要认证", "authentication required"),
    403: Words("服务器禁止此呼叫", "the server forbids this call"),
    404: Words("号码不存在", "no such number"),
    407: Words("需要认证，用户名或密码错误", "authentication failed: wrong user name or password"),
    408: Words("对方没有响应", "no answer from the network"),
    410: Words("号码已停用", "the number is gone"),
    415: Words("对方不支持我们的媒体格式", "the other side supports none of our media"),
    480: Words("对方暂时无法接通", "temporarily unavailable"),
    484: Words("号码不完整", "the number is incomplete"),
    486: Words("对方忙", "busy"),
    487: Words("呼叫已取消", "the call was cancelled"),
    488: Words("双方没有共同的编码或加密方式", "no codec or encryption in common"),
    500: Words("服务器内部错误", "server error"),
    502: Words("连不上服务器", "the server cannot be reached"),
    503: Words("服务不可用或连不上服务器", "service unavailable or unreachable"),
    600: Words("对方忙", "busy everywhere"),
    603: Words("对方拒接", "declined"),
}


def registration_problem(code: int, tls: bool, tls_fault: str) -> RegistrationProblem:
    """Tell why a registration failed.

    Args:
        code: SIP status of the registrar's answer, or the library's own 408 or 503.
        tls: whether the transport is TLS.
        tls_fault: what the certificate check said last; empty when it passed.
    """
    if code in _PASSWORD_CODES:
        return RegistrationProblem.WRONG_PASSWORD
    if code in _UNKNOWN_CODES:
        return RegistrationProblem.UNKNOWN_USER
    if tls and tls_fault:
        return RegistrationProblem.TLS_CERTIFICATE
    return RegistrationProblem.UNREACHABLE if code in _AWAY_CODES else RegistrationProblem.REFUSED


def end_words(code: int, reason: str) -> str:
    """Return why a call ended in words, with the code; plain clearing needs none."""
    words = CODE_WORDS.get(code)
    if code in {0, 200}:
        return "正常挂机 · hung up"
    return f"{code} {words}" if words else f"{code} {reason}"
