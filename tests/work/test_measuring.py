"""Calls analysed before there were measures get them from their documents."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, func, select

from callcoach.analysis import save
from callcoach.settings import Settings
from callcoach.store.engine import Database
from callcoach.store.tables import MeasuresRow
from callcoach.work.desk import Desk
from callcoach.work.measuring import measure_old
from tests.store.reviews.floor import analysis_of, make_floor, put_scored


def test_old_calls_are_measured_and_what_is_missing_is_passed_over(database: Database, tmp_path: Path):
    make_floor(database)
    desk = Desk(Settings(data_dir=tmp_path), database)
    with database.writing() as session:
        call = put_scored(session, "c2", "806")
        session.execute(delete(MeasuresRow))
    desk.folder("c2").mkdir(parents=True)
    save(analysis_of(call), desk.folder("c2"))
    last = measure_old(desk, 0)
    assert last > 0
    assert measure_old(desk, last) == -1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MeasuresRow)) == 1, "c1 has no document"
