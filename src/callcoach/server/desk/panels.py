"""What an agent can have beside a call: fragments of other domains, loaded with the call's number and id."""

from __future__ import annotations

from dataclasses import dataclass

from callcoach.rights import Permission


@dataclass(frozen=True, slots=True)
class Panel:
    """One tab. `path` answers GET with `number`, `call_id`, `direction`, `queue`; `title` is a key of the messages."""

    name: str
    title: str
    path: str
    permission: Permission
    needs_call: bool = True
    """Whether there is nothing to show without a call."""


PANELS: tuple[Panel, ...] = (
    Panel("card", "desk.panel_card", "/desk/card", Permission.CALLS_SEE),
    Panel("script", "desk.panel_script", "/desk/script", Permission.AROUND_CALL),
    Panel("notes", "desk.panel_notes", "/desk/notes", Permission.AROUND_CALL),
    Panel("wrap-up", "desk.panel_wrap_up", "/desk/wrap-up", Permission.AROUND_CALL),
    Panel("lead", "desk.panel_lead", "/desk/lead", Permission.CAMPAIGNS_WORK, needs_call=False),
    Panel("callbacks", "desk.panel_callbacks", "/desk/callbacks", Permission.AROUND_CALL, needs_call=False),
)
"""In the order of their tabs; the first is shown when a call begins."""
