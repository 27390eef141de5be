"""What can be done about the files of watched folders, by page and by API alike; noted in the audit log."""

from __future__ import annotations

from datetime import timedelta

from callcoach.server.principal import Doer
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.watched import try_again, try_all_again
from callcoach.work.folders import NOTE_EVERY_S

LATE_AFTER = timedelta(seconds=3 * NOTE_EVERY_S)
"""A folder that nobody has looked into for so long is not watched as it should be."""


def have_tried_again(services: Services, path: str, doer: Doer) -> int:
    """Have a refused file tried again, or all of them where the path is empty; return how many.

    Raises:
        NotFoundError: no file of this path was refused.
    """
    with services.database.writing() as session:
        if path:
            try_again(session, path)
        files = 1 if path else try_all_again(session)
        note(session, "file.retry", detail={"path": path, "files": files}, **doer)
    return files
