"""Every error CallCoach raises on purpose.

A message says what was found, what was expected, where, and what to do next; those that a page may show say it in
Chinese too.
"""


class CallCoachError(Exception):
    """Root of all errors that a user can act on; the command line prints it without a traceback.

    `str()` of it is English; `zh` says the same in Chinese, and is empty where no page ever shows it.
    """

    def __init__(self, message: str = "", zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


class ConfigError(CallCoachError):
    """A setting is missing, unknown or out of range."""


class SipError(CallCoachError):
    """Registration, signalling or media could not go on."""


class LineError(CallCoachError):
    """What came over the line between a softphone and the server was not understood, or the other end refused."""


class RecordingError(CallCoachError):
    """A recording could not be written, finished or read back."""


class AudioFormatError(CallCoachError):
    """A file holds no audio that can be analysed."""


class AsrError(CallCoachError):
    """The recogniser could not transcribe."""


class ModelError(CallCoachError):
    """A recognition model is missing, damaged or could not be fetched."""


class RuleDefinitionError(CallCoachError):
    """One or more rule documents are wrong; the message lists every fault with file and line."""


class RuleTimeoutError(CallCoachError):
    """A rule took longer over one call than any sound rule does; it was ended."""


class RubricError(CallCoachError):
    """The scoring rubric is wrong."""


class StoreError(CallCoachError):
    """A file of ours could not be written, or what was read is not what we wrote."""


class DuplicateError(StoreError):
    """What was to be written is there already, or something else under its name."""


class StoreBusyError(StoreError):
    """The database was busy, or away, for longer than it is waited for."""


class WorkflowError(CallCoachError):
    """The work on a call could not be put in or found."""


class SignInError(CallCoachError):
    """Nobody has signed in, or with a token or password that is not known."""


class TooManyAttemptsError(SignInError):
    """So many tries to sign in failed that the next ones are not looked at for a while."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            f"Too many tries to sign in failed. Wait {wait_s} s, then try again.",
            f"登录失败次数过多。请等 {wait_s} 秒再试。",
        )
        self.wait_s = wait_s


class ForgeryError(CallCoachError):
    """A change was asked for, and nothing proves that a page of ours asked for it."""


class ProviderError(CallCoachError):
    """The OpenID Connect provider did not answer, or answered what cannot be trusted."""


class AccessError(CallCoachError):
    """The person is known but may not do this."""


class NotFoundError(CallCoachError):
    """There is no such thing, or the person may not know of it."""


class InputError(CallCoachError):
    """What was sent cannot be taken as it is."""


class TooLargeError(InputError):
    """What was sent is larger than the settings admit."""


class ConflictError(CallCoachError):
    """Somebody or something was faster: what was asked for no longer fits what there is."""
