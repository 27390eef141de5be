"""Files between the look at them and the word to keep them: in the data folder, for a day, for who sent them."""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path

from starlette.datastructures import UploadFile

from callcoach.atomic import write_atomic
from callcoach.errors import InputError, NotFoundError, TooLargeError
from callcoach.server.services import Services

KEPT_S = 24 * 3600.0
_TOKEN = re.compile(r"[0-9]{1,9}-[A-Za-z0-9_-]{20,40}")


def sent_bytes(services: Services, file: UploadFile) -> bytes:
    """Return what was sent.

    Raises:
        InputError: nothing was.
        TooLargeError: it is larger than the settings admit.
    """
    most_mb = services.settings.customers.import_max_mb
    data = file.file.read(most_mb * 1_000_000 + 1)
    if not data:
        raise InputError("The file is empty. Choose a CSV or XLSX file.", "文件是空的。请选择 CSV 或 XLSX 文件。")
    if len(data) > most_mb * 1_000_000:
        raise TooLargeError(
            f"The file has more than {most_mb} MB. Split it, or raise customers.import_max_mb.",
            f"文件超过 {most_mb} MB。请拆分，或调高 customers.import_max_mb。",
        )
    return data


def stage(services: Services, person_id: int, data: bytes) -> str:
    """Keep a file for a day and return the token by which its sender goes on."""
    folder = _folder(services)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > KEPT_S:
            old.unlink(missing_ok=True)
    token = f"{person_id}-{secrets.token_urlsafe(20)}"
    write_atomic(folder / token, data)
    return token


def staged(services: Services, person_id: int, token: str) -> bytes:
    """Return a file that the person sent.

    Raises:
        NotFoundError: it is not theirs, or was kept already, or is older than a day.
    """
    path = _folder(services) / token
    if not _TOKEN.fullmatch(token) or not token.startswith(f"{person_id}-") or not path.is_file():
        raise NotFoundError(
            "The file is no longer here: it was taken in already, or sent too long ago. Send it again.",
            "文件已不在：已经导入过，或发送太久了。请重新发送。",
        )
    return path.read_bytes()


def discard(services: Services, token: str) -> None:
    """Forget a file that was taken in."""
    (_folder(services) / token).unlink(missing_ok=True)


def _folder(services: Services) -> Path:
    return services.settings.data_dir / "imports"
