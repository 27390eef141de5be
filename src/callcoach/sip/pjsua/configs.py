"""From the account's plan to the library's configuration objects."""

from __future__ import annotations

from pathlib import Path

from callcoach.sip.account import AccountPlan
from callcoach.sip.pjsua.binding import pj
from callcoach.sip.pjsua.bridge import FRAME_MS

MAX_CALLS = 4
"""The most calls that the wheel of pjsua2 carries."""
LOG_LEVEL_FILE = 5
SRTP_USE = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "mandatory": pj.PJMEDIA_SRTP_MANDATORY,
}


def endpoint_config(plan: AccountPlan, log_file: Path | None) -> pj.EpConfig:
    """Return the configuration of the library: no threads of its own, no sound card, quiet."""
    config = pj.EpConfig()
    config.uaConfig.userAgent = plan.user_agent
    config.uaConfig.maxCalls = MAX_CALLS
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.consoleLevel = 0
    config.logConfig.level = LOG_LEVEL_FILE if log_file else 0
    config.logConfig.msgLogging = 1 if log_file else 0
    config.logConfig.filename = str(log_file) if log_file else ""
    media = config.medConfig
    media.clockRate = media.sndClockRate = plan.clock_rate_hz
    media.audioFramePtime = media.ptime = FRAME_MS
    media.noVad = True  # silence is sent like speech: the recording's clock and NAT bindings need it
    media.ecTailLen = 0
    media.sndAutoCloseTime = -1  # the clock must tick while every call is on hold
    return config


def transport_config(plan: AccountPlan) -> pj.TransportConfig:
    """Return where SIP is bound, and for TLS what the server's certificate must match."""
    config = pj.TransportConfig()
    config.port = plan.local_port
    config.boundAddress = plan.local_host
    if plan.transport == "tls":
        config.tlsConfig.verifyServer = plan.tls_verify
        config.tlsConfig.CaListFile = plan.tls_ca_file
        config.tlsConfig.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2
    return config


def account_config(plan: AccountPlan, transport: int) -> pj.AccountConfig:
    """Return the account: identity, registrar, credentials, media."""
    config = pj.AccountConfig()
    config.idUri = plan.id_uri
    if plan.registrar_uri:
        config.regConfig.registrarUri = plan.registrar_uri
        config.regConfig.timeoutSec = plan.expires_s
        config.regConfig.retryIntervalSec = config.regConfig.firstRetryIntervalSec = plan.retry_s
        config.regConfig.randomRetryIntervalSec = 0
        config.sipConfig.proxies.append(f"{plan.registrar_uri};lr")
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", plan.auth_user, 0, plan.password))
    if plan.transport == "udp":
        config.sipConfig.transportId = transport
    config.natConfig.sipOutboundInstanceId = plan.instance_id
    config.mediaConfig.srtpUse = SRTP_USE[plan.srtp]
    config.mediaConfig.srtpSecureSignaling = 0  # the administrator decides; keys in clear SIP are warned of
    config.mediaConfig.transportConfig.boundAddress = plan.local_host
    config.mediaConfig.transportConfig.port = plan.rtp_port
    config.mediaConfig.transportConfig.portRange = plan.rtp_port_range
    return config
