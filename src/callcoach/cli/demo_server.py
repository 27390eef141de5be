"""`callcoach demo --serve`: the review room on a data folder of its own, with a day of calls in it."""

from __future__ import annotations

import contextlib
import os
import threading
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

FOLDER = "demo-day"
"""Below the data folder: the demonstration never touches the user's own calls."""


def serve_day(port: int | None) -> None:
    """Fill the demonstration's folder if it is empty, say how to sign in, and serve it until stopped."""
    from callcoach.cli.serve import serve
    from callcoach.demo.day import PEOPLE, fill_day
    from callcoach.demo.reviewing import DayOfReviews
    from callcoach.models.store import require_model
    from callcoach.server.complaints.terms import terms_of
    from callcoach.settings import Settings, load_settings
    from callcoach.store.engine import database_url, open_database
    from callcoach.store.schema import upgrade
    from callcoach.work.desk import Desk

    own = load_settings()
    require_model(own.asr.model, own.models_dir)
    folder = own.data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (folder / "models").symlink_to(own.models_dir, target_is_directory=True)
    os.environ["CALLCOACH_DATA_DIR"] = str(folder)
    os.environ["CALLCOACH_DATABASE_URL"] = ""
    settings: Settings = load_settings()
    database = open_database(database_url("", folder))
    upgrade(database)
    desk, today = Desk(settings, database), datetime.now(UTC).astimezone(ZoneInfo(settings.server.time_zone))
    filled = fill_day(desk, today)
    print(f"演示数据 demonstration: {folder}")
    print(f"{filled.calls} 通通话逐通分析，两核约需 4 分钟，可边看边等；质检、申诉、校准和辅导随之出现")
    print("Calls are analysed as you look, 4 minutes on two cores; reviews, appeals and coaching follow.")
    print(f"登录名 logins（密码 password {filled.password}）：")
    for person in PEOPLE:
        print(f"  {person.login:<10} {person.name} {person.role.value}")
    reviews = DayOfReviews(desk, today, filled.calls, terms_of(settings))
    threading.Thread(target=reviews.follow, args=(threading.Event(),), name="demo-reviews", daemon=True).start()
    serve(port=port)  # ends the process, and the thread with it: the next start does what is left
