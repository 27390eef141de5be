"""Loads what listens to calls and judges them, as the settings name it."""

from __future__ import annotations

from callcoach.asr.vosk_engine import VoskEngine
from callcoach.intake import Judges
from callcoach.models.store import require_model
from callcoach.rules.rulebook import load_rulebook
from callcoach.scoring import load_rubric
from callcoach.settings import Settings


def load_judges(settings: Settings, rulebook: str | None = None, rubric: str | None = None) -> Judges:
    """Load the recogniser, rulebook and rubric that the settings or the arguments name.

    Raises:
        CallCoachError: the model is not on this machine, or a rule or the rubric is wrong.
    """
    return Judges(
        engine=VoskEngine(require_model(settings.asr.model, settings.models_dir)),
        rulebook=load_rulebook(rulebook or settings.rules.rulebook),
        rubric=load_rubric(rubric or settings.rules.rubric),
        workers=settings.asr.workers,
    )
