"""The audit log in words. What was noted by a later version, and has no words here, is shown as it is."""

from __future__ import annotations

from callcoach.server.audit.contexts import Line
from callcoach.server.pages.messages import Translator, catalogue
from callcoach.store.model import Deed


def action_words(translator: Translator, action: str) -> str:
    """Return an action such as `call.hear` in words."""
    words = catalogue().get(f"deed.{action.replace('.', '_')}")
    return translator.words(words) if words else action


def known_actions(translator: Translator) -> tuple[tuple[str, str], ...]:
    """Return every action that has words, with them."""
    keys = [key.removeprefix("deed.") for key in catalogue() if key.startswith("deed.")]
    return tuple((key.replace("_", "."), translator(f"deed.{key}")) for key in keys)


def line(translator: Translator, deed: Deed) -> Line:
    """Return a deed as a line."""
    kind = catalogue().get(f"object.{deed.object_kind}")
    about = f"{translator.words(kind) if kind else deed.object_kind} {deed.object_id}".strip()
    detail = ", ".join(f"{name}: {_plain(value)}" for name, value in deed.detail.items())
    return Line(deed, action_words(translator, deed.action), about, detail)


def _plain(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)  # pyright: ignore[reportUnknownArgumentType]
