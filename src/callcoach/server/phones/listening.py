"""Starts the live recognition of calls as the settings say, with the rules that trainers chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path

from callcoach.live.listening import Listening
from callcoach.live.worker import Setup
from callcoach.models.store import require_model
from callcoach.settings import Settings
from callcoach.store.engine import Database
from callcoach.store.live_rules import live_choices
from callcoach.work.rules_in_force import RulesInForce


def listening_maker(settings: Settings, rules: RulesInForce) -> Callable[[], Listening] | None:
    """Return what starts the process that listens to live calls; None: the settings want none."""
    if not settings.live.enabled:
        return None

    def make() -> Listening:
        model_dir = require_model(settings.asr.model, settings.models_dir)
        speech = Path(str(resources.files("callcoach.demo") / "dialogues" / "lost-parcel.customer.wav"))
        published = rules.now().published
        return Listening(Setup(model_dir, settings.rules.rulebook, settings.rules.rubric, published, speech))

    return make


def live_choices_of(database: Database) -> Mapping[str, bool]:
    """Return which rules trainers have speak up, or not."""
    with database.reading() as session:
        return {rule_id: choice.speaks for rule_id, choice in live_choices(session).items()}
