"""The settings: one TOML file, overridden by `CALLCOACH_…` environment variables.

Taken, in this order: environment variables, the TOML file named by `CALLCOACH_CONFIG` or found at
`callcoach.toml` in the working folder or in the user's configuration folder, the defaults here.
A nested setting is written `CALLCOACH_SIP__PASSWORD` in the environment. Secrets are `SecretStr`
and never printed.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import platformdirs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from callcoach.around_settings import CallbackSettings, ComplaintSettings
from callcoach.calling_settings import CustomerSettings, DeskSettings, DiallingSettings
from callcoach.errors import ConfigError

CONFIG_NAME = "callcoach.toml"
Port = Annotated[int, Field(ge=0, le=65535)]
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
"""A path; an empty text means none."""


def _whole_number(value: object) -> object:
    # Environment variables are text, and a Literal of numbers does not convert it.
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(f"no time zone {name!r}; expected one such as Asia/Shanghai") from error
    return name


METADATA_KEYS = frozenset(
    {"id", "direction", "agent", "team", "number", "customer", "started_at", "queue", "tags", "agent_side"}
)
"""What can be said of a call that is brought in."""


def _named_groups(pattern: str) -> str:
    try:
        groups = set(re.compile(pattern).groupindex)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    if unknown := groups - METADATA_KEYS:
        raise ValueError(f"unknown groups {sorted(unknown)}; expected of {sorted(METADATA_KEYS)}")
    return pattern


def _queue_numbers(lines: tuple[str, ...]) -> tuple[str, ...]:
    for line in lines:
        number, _, name = (part.strip() for part in line.partition("="))
        if not number or not 0 < len(name) <= 120:
            raise ValueError(f"{line!r}: expected a number, an equals sign and the queue's name, such as 4001=售后")
    return lines


class SipSettings(BaseModel):
    """The agent's account at the company's PBX."""

    model_config = ConfigDict(extra="forbid")

    registrar: str = Field(default="", description="SIP registrar, host or host:port. Empty: no registration.")
    domain: str = Field(default="", description="Domain of the account; empty: the registrar's host.")
    user: str = Field(default="", description="User name (extension) of the account.")
    auth_user: str = Field(default="", description="Digest user name; empty: same as `user`.")
    password: SecretStr = Field(default=SecretStr(""), description="Digest password. Never logged.")
    display_name: str = Field(default="", description="Name shown to the other side.")
    transport: Literal["udp", "tcp", "tls"] = Field(default="udp", description="Transport to the PBX.")
    local_host: str = Field(default="", description="Local address to bind; empty: all addresses.")
    local_port: Port = Field(default=0, description="Local SIP port; 0: any free port.")
    rtp_port: Port = Field(default=0, description="First local RTP port; 0: pjsua's choice.")
    tls_ca_file: OptionalPath = Field(default=None, description="CA certificates the TLS server must match.")
    tls_verify: bool = Field(default=True, description="Refuse a TLS server whose certificate does not check.")
    srtp: Literal["off", "optional", "mandatory"] = Field(
        default="off", description="SDES-SRTP; `mandatory` refuses unencrypted media."
    )
    expires_s: int = Field(default=300, ge=30, description="Registration lifetime asked for, in seconds.")
    retry_s: int = Field(default=5, ge=1, description="Pause before registering again after a failure, in seconds.")
    codecs: tuple[str, ...] = Field(default=("PCMA", "PCMU", "G722"), description="Codecs offered, best first.")
    clock_rate_hz: Annotated[Literal[8000, 16000], BeforeValidator(_whole_number)] = Field(
        default=8000, description="Rate of the audio bridge and of recordings; 16000 makes sense with G722."
    )
    event_headers: tuple[str, ...] = Field(
        default=("X-Call-ID", "P-Asserted-Identity"), description="INVITE headers copied into the call record."
    )
    queue_headers: tuple[str, ...] = Field(
        default=("X-Queue", "X-Queue-Name"), description="INVITE headers in which the PBX names a call's queue."
    )
    queue_numbers: Annotated[tuple[str, ...], AfterValidator(_queue_numbers)] = Field(
        default=(), description="Queues by the number that was dialled, such as `4001=售后`; a header comes first."
    )
    allow_from: tuple[str, ...] = Field(
        default=(),
        description="Addresses or networks that may send INVITEs besides the registrar; none of either: any may.",
    )
    follow_transfers: bool = Field(
        default=True, description="Follow a transfer (REFER) asked for by the other side, within the own domain only."
    )

    @property
    def queue_by_number(self) -> dict[str, str]:
        """The queues by the numbers that are dialled for them."""
        pairs = (line.partition("=") for line in self.queue_numbers)
        return {number.strip(): name.strip() for number, _, name in pairs}


class PhoneSettings(BaseModel):
    """The softphone's line to the server."""

    model_config = ConfigDict(extra="forbid")

    server: str = Field(
        default="", description="Address of the server, such as https://qa.example.com; empty: works alone."
    )
    token: SecretStr = Field(
        default=SecretStr(""), description="The agent's API token, with the scopes `phone` and `calls:write`."
    )


class PhonesSettings(BaseModel):
    """Softphones that the server runs."""

    model_config = ConfigDict(extra="forbid")

    start: bool = Field(
        default=False,
        description="Run a softphone process for each agent whose account on the page Softphones says so.",
    )
    server: str = Field(
        default="", description="Address at which they reach this server; empty: its own host and port."
    )


class LiveSettings(BaseModel):
    """Recognition and hints while a call goes on."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = Field(default=True, description="Listen to the calls of connected softphones as they go on.")


class RecordingSettings(BaseModel):
    """Where calls are recorded and when recording stops by itself."""

    model_config = ConfigDict(extra="forbid")

    min_free_mb: int = Field(
        default=200,
        ge=0,
        description="Below this much free disk (MB) a recording ends with an event; the call goes on.",
    )
    notice: Literal["none", "tone", "file"] = Field(
        default="none", description="What both sides hear when a recording begins: nothing, a tone, or `notice_file`."
    )
    notice_file: OptionalPath = Field(
        default=None, description="WAV file of the notice: 16-bit mono at `sip.clock_rate_hz`."
    )
    beep_every_s: int = Field(
        default=0, ge=0, description="Both sides hear a short tone again and again while recorded, in seconds; 0: none."
    )


class AsrSettings(BaseModel):
    """The recogniser."""

    model_config = ConfigDict(extra="forbid")

    engine: Literal["vosk"] = Field(default="vosk", description="Recognition engine.")
    model: str = Field(default="vosk-model-small-cn-0.22", description="Model name in the manifest.")
    model_source: OptionalPath = Field(
        default=None, description="Zip file of the model, or the folder it lies in, tried before any download."
    )
    workers: int = Field(default=0, ge=0, description="Sides transcribed at once; 0: one for each core.")


class RuleSettings(BaseModel):
    """Which rules and rubric judge a call."""

    model_config = ConfigDict(extra="forbid")

    rulebook: str = Field(default="service-language", description="Built-in rulebook, or a folder of rule documents.")
    rubric: str = Field(default="service-language", description="Built-in rubric, or a rubric file.")


class ServerSettings(BaseModel):
    """Where the review room's server listens."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(default="127.0.0.1", description="Address `callcoach serve` listens on; 0.0.0.0: all.")
    port: Port = Field(default=8765, description="Port it listens on; 0: any free port.")
    base_url: str = Field(
        default="", description="Address people reach it by, such as https://qa.example.com; empty: host and port."
    )
    language: Literal["zh", "en"] = Field(default="zh", description="Language of the pages until a reader chooses.")
    max_upload_mb: int = Field(default=500, ge=1, description="Largest upload taken, in MB.")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Asia/Shanghai", description="The site's time zone: of times shown, and of times sent without one."
    )


def _iso_date(day: str) -> str:
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError as error:
        raise ValueError(f"no date {day!r}; expected one such as 2026-10-01") from error


IsoDate = Annotated[str, AfterValidator(_iso_date)]


class ReviewSettings(BaseModel):
    """Reviews of calls by people, and the agent's time to appeal."""

    model_config = ConfigDict(extra="forbid")

    appeal_workdays: int = Field(
        default=5,
        ge=1,
        le=365,
        description="Working days an agent has to appeal, after the day the review is finished.",
    )
    decision_workdays: int = Field(
        default=3,
        ge=0,
        le=365,
        description="Working days in which a second reviewer decides an appeal, after the day it was made.",
    )
    holidays: tuple[IsoDate, ...] = Field(default=(), description="Public holidays, such as 2026-10-01.")
    extra_workdays: tuple[IsoDate, ...] = Field(
        default=(), description="Weekend days that are worked in exchange for holidays, such as 2026-10-10."
    )
    sampling_delay_h: int = Field(
        default=2,
        ge=0,
        le=168,
        description="Hours after the end of a day, week or month at which its calls are sampled.",
    )


class SignInSettings(BaseModel):
    """Passwords, sessions and links of the review room."""

    model_config = ConfigDict(extra="forbid")

    idle_min: int = Field(default=120, ge=1, description="A session ends after so long without a request, in minutes.")
    lifetime_h: int = Field(default=14, ge=1, description="A session ends so long after signing in, in hours.")
    invitation_h: int = Field(default=72, ge=1, description="An invitation link is valid for so long, in hours.")
    failures_per_login: int = Field(default=10, ge=1, description="Failures after which a login must wait.")
    failures_per_address: int = Field(
        default=100, ge=1, description="Failures after which a network address must wait; an office shares one."
    )
    failure_window_min: int = Field(default=15, ge=1, description="How long a failure counts, in minutes.")
    password_min_length: int = Field(default=10, ge=8, le=100, description="Least length of a new password.")


class OidcSettings(BaseModel):
    """Sign-in by an OpenID Connect provider."""

    model_config = ConfigDict(extra="forbid")

    issuer: str = Field(default="", description="Issuer of the provider, such as https://sso.example.com; empty: none.")
    client_id: str = Field(
        default="", description="Client id the provider gave; its redirect address is BASE_URL/sign-in/provider/answer."
    )
    client_secret: SecretStr = Field(default=SecretStr(""), description="Client secret the provider gave.")
    name: str = Field(default="企业账号 SSO", description="Name of the provider on the sign-in page.")
    trust_email: bool = Field(
        default=False, description="Take the provider's e-mail addresses as checked even if it does not say so."
    )


class WorkSettings(BaseModel):
    """The server's analysis of calls that come in."""

    model_config = ConfigDict(extra="forbid")

    calls_at_once: int = Field(
        default=1, ge=0, description="Calls analysed at once by this server; 0: leave them to other servers."
    )
    server_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = Field(
        default="main", description="Name of this server among several on one database; it goes on with its own work."
    )


class WatchSettings(BaseModel):
    """Folders in which a telephone system leaves recordings."""

    model_config = ConfigDict(extra="forbid")

    folders: tuple[str, ...] = Field(default=(), description="Folders watched, with those below; files stay there.")
    name_pattern: Annotated[str, AfterValidator(_named_groups)] = Field(
        default="",
        description="Regular expression over the path inside the folder; its named groups are the call's metadata.",
    )
    agent_side: Literal["left", "right"] = Field(
        default="left", description="The agent's channel in stereo files, unless a file's metadata says."
    )
    interval_s: int = Field(default=5, ge=1, description="Pause between two looks, in seconds.")
    settle_s: int = Field(
        default=5, ge=1, description="A file is taken once its size and time were the same for so long, in seconds."
    )


def _is_network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"no network {text!r}; expected one such as 127.0.0.1/32") from error


class HookSettings(BaseModel):
    """Addresses that are told of events by webhooks."""

    model_config = ConfigDict(extra="forbid")

    allow_private: bool = Field(
        default=True, description="Tell addresses of private networks: 10/8, 172.16/12, 192.168/16 and fc00::/7."
    )
    allow_networks: tuple[Annotated[str, AfterValidator(_is_network)], ...] = Field(
        default=(),
        description="Networks told though they are this machine's own, link-local or shared, such as 127.0.0.1/32.",
    )


class Settings(BaseSettings):
    """All settings. Unknown keys are refused, so that a typing error does not pass silently."""

    model_config = SettingsConfigDict(env_prefix="CALLCOACH_", env_nested_delimiter="__", extra="forbid", frozen=True)

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("callcoach", appauthor=False)),
        description="Data folder: models, recordings, analyses.",
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="Database of the server; empty: SQLite in the data folder; else `postgresql+psycopg://…`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Log detail.")
    sip: SipSettings = SipSettings()
    phone: PhoneSettings = PhoneSettings()
    phones: PhonesSettings = PhonesSettings()
    live: LiveSettings = LiveSettings()
    recording: RecordingSettings = RecordingSettings()
    asr: AsrSettings = AsrSettings()
    rules: RuleSettings = RuleSettings()
    server: ServerSettings = ServerSettings()
    sign_in: SignInSettings = SignInSettings()
    oidc: OidcSettings = OidcSettings()
    work: WorkSettings = WorkSettings()
    watch: WatchSettings = WatchSettings()
    review: ReviewSettings = ReviewSettings()
    desk: DeskSettings = DeskSettings()
    customers: CustomerSettings = CustomerSettings()
    dialling: DiallingSettings = DiallingSettings()
    callbacks: CallbackSettings = CallbackSettings()
    complaints: ComplaintSettings = ComplaintSettings()
    hooks: HookSettings = HookSettings()

    @cached_property
    def models_dir(self) -> Path:
        """Folder of the recognition models."""
        return self.data_dir / "models"

    @cached_property
    def calls_dir(self) -> Path:
        """Folder that holds one folder per recorded or analysed call."""
        return self.data_dir / "calls"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file before defaults."""
        path = find_config()
        file = (TomlConfigSettingsSource(settings_cls, path),) if path else ()
        return (init_settings, env_settings, *file)


def find_config() -> Path | None:
    """Return the configuration file in force, or None.

    Raises:
        ConfigError: `CALLCOACH_CONFIG` names a file that does not exist.
    """
    named = os.environ.get("CALLCOACH_CONFIG")
    if named:
        path = Path(named)
        if not path.is_file():
            raise ConfigError(f"CALLCOACH_CONFIG names {path}, which is not a file. Correct the path or unset it.")
        return path
    user = Path(platformdirs.user_config_dir("callcoach", appauthor=False)) / CONFIG_NAME
    return next((path for path in (Path(CONFIG_NAME), user) if path.is_file()), None)


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        ConfigError: the file is not TOML, or a setting is unknown or out of range; every fault is listed.
    """
    path = find_config()
    try:
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}. Correct the line named.") from error
    except ValidationError as error:
        raise ConfigError(_describe(error, path)) from error


def _describe(error: ValidationError, path: Path | None) -> str:
    """List the faults without their input values, which may be secrets."""
    where = f"{path} and CALLCOACH_… variables" if path else "CALLCOACH_… environment variables"
    faults = [f"  {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False)]
    return "\n".join([f"Wrong settings in {where}:", *faults, "docs/configuration.md lists every setting."])


@dataclass(frozen=True, slots=True)
class SettingDoc:
    """One setting as the documentation and `callcoach config show` list it."""

    key: str
    """Dotted name, as in the TOML file: `sip.password`."""
    value: str
    """The value as TOML; a secret that is set shows as `"**********"`."""
    description: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "CALLCOACH_" + self.key.upper().replace(".", "__")


def describe_settings(settings: Settings) -> list[SettingDoc]:
    """List every setting with its value, in the order of the classes above."""
    return [SettingDoc(key, _as_toml(value), field.description or "") for key, value, field in _leaves(settings)]


def default_settings() -> Settings:
    """Return the defaults alone, whatever the environment and the files say."""
    return Settings.model_construct()


def _leaves(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, object, FieldInfo]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value, field


def _as_toml(value: object) -> str:
    # JSON's strings, numbers, booleans and lists are written the same way in TOML.
    if isinstance(value, tuple):
        value = list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if value is None:
        return '""'
    return json.dumps(value if isinstance(value, str | int | list) else str(value), ensure_ascii=False)


def config_template() -> str:
    """Return a TOML file that holds every setting, commented out, with its default and meaning."""
    lines = ["# CallCoach 配置 · settings. 环境变量优先 environment variables win: CALLCOACH_SIP__USER=1001"]
    table = ""
    for setting in describe_settings(default_settings()):
        head, _, name = setting.key.rpartition(".")
        if head != table:
            table = head
            lines += ["", f"[{table}]"]
        shown = '"..."' if setting.key == "data_dir" else setting.value
        lines += [f"# {setting.description}", f"# {name} = {shown}"]
    return "\n".join(lines) + "\n"
