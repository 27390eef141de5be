"""What the page of watched folders is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcoach.server.pages.rendering import View
from callcoach.store.watched import WatchedFile, WatchedFolder


@dataclass(frozen=True, slots=True)
class FoldersPage(View):
    """Each watched folder, files that were refused, and files that were taken in last."""

    template: ClassVar[str] = "folders/folders.html.j2"

    folders: tuple[WatchedFolder, ...]
    late: frozenset[str]
    """Paths of folders that nobody has looked into for a while: no server watches them, or it hangs."""
    refused: tuple[WatchedFile, ...]
    taken: tuple[WatchedFile, ...]
    asked: int | None
    """How many files somebody has just asked to be tried again; None: nobody has."""
