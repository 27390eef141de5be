"""Starts the live recognition of calls as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from callcoach.live.listening import Listening
from callcoach.live.worker import Setup
from callcoach.models.store import require_model
from callcoach.settings import Settings


def listening_maker(settings: Settings) -> Callable[[], Listening] | None:
    """Return what starts the process that listens to live calls; None: the settings want none."""
    if not settings.live.enabled:
        return None

    def make() -> Listening:
        model_dir = require_model(settings.asr.model, settings.models_dir)
        speech = Path(str(resources.files("callcoach.demo") / "dialogues" / "lost-parcel.customer.wav"))
        return Listening(Setup(model_dir, settings.rules.rulebook, settings.rules.rubric, speech))

    return make
