"""What the work on calls needs at hand: settings, database, and the judges, loaded when the first call needs them."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from callcoach.intake import Judges
from callcoach.settings import Settings
from callcoach.store.engine import Database
from callcoach.work.rules_in_force import RulesInForce


class Desk:
    """Threads share it."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.rules = RulesInForce(settings, database)
        self._judges: Judges | None = None
        self._loading = threading.Lock()

    def judges(self) -> Judges:
        """Return recogniser, the rules in force, and rubric.

        Raises:
            CallCoachError: one of them cannot be loaded; asked again, it is tried again.
        """
        with self._loading:
            if self._judges is None:
                from callcoach.judges import load_judges

                self._judges = load_judges(self.settings)
        return replace(self._judges, rulebook=self.rules.rulebook)

    def folder(self, call_id: str) -> Path:
        """Folder of a call's files."""
        return self.settings.calls_dir / call_id

    @property
    def incoming_dir(self) -> Path:
        """Folder of files on their way in; on the same disk as the calls, so that they can be renamed."""
        return self.settings.data_dir / "incoming"
