"""Measures of calls that were analysed before there were any: read from their analysis documents, a few each round."""

from __future__ import annotations

import logging

from callcoach.analysis import ANALYSIS_FILE, load
from callcoach.errors import StoreError
from callcoach.store.work import save_measures, without_measures
from callcoach.work.desk import Desk

logger = logging.getLogger(__name__)

A_ROUND = 20


def measure_old(desk: Desk, after_pk: int) -> int:
    """Measure some calls whose key lies after `after_pk`; return the last key looked at, or -1 when none is left.

    A call whose document is missing or damaged keeps no measures: it is passed over.
    """
    with desk.database.reading() as session:
        calls = without_measures(session, after_pk, A_ROUND)
    for _, call_id in calls:
        try:
            analysis = load(desk.folder(call_id) / ANALYSIS_FILE)
        except StoreError as error:
            logger.warning("call %s keeps no measures: %s", call_id, error)
            continue
        with desk.database.writing() as session:
            save_measures(session, call_id, analysis)
    return calls[-1][0] if calls else -1
