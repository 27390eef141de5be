"""The audit log is only ever added to: the database itself sees to it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from callcoach.store.audit import note
from callcoach.store.audit_lists import list_deeds
from callcoach.store.engine import Database
from callcoach.store.model import AuditFilter


@pytest.mark.parametrize("change", ["UPDATE audit SET action = 'nothing'", "DELETE FROM audit"])
def test_no_line_can_be_changed_or_taken_out(database: Database, change: str) -> None:
    with database.writing() as session:
        note(session, "call.hear", about=("call", "c1"))
    with pytest.raises(DBAPIError, match="only ever added to"), database.engine.begin() as connection:
        connection.execute(text(change))
    with database.reading() as session:
        assert [deed.action for deed in list_deeds(session, AuditFilter()).deeds] == ["call.hear"]
