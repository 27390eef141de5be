"""Watched folders: what is taken, when, and with which metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcoach.datapath import Call, CallEvent, CallEventKind, Direction
from callcoach.errors import NotFoundError
from callcoach.principal import Principal, Role
from callcoach.recording.record import CallRecord, RecordedFile, encode
from callcoach.settings import Settings, WatchSettings
from callcoach.store.call_lists import list_calls
from callcoach.store.engine import database_url, open_database
from callcoach.store.model import CallFilter, CallSummary, PageRequest
from callcoach.store.schema import upgrade
from callcoach.store.tables import CallRow
from callcoach.store.watched import list_folders, refused_files, taken_files, try_again, try_all_again
from callcoach.work.desk import Desk
from callcoach.work.folders import FolderWatch
from callcoach.work.receiving import read_call
from tests.server.test_calls import wav

BOSS = Principal(1, "管理员", Role.ADMINISTRATOR)
PATTERN = r"(?P<started_at>\d{8}-\d{6})_(?P<agent>\d+)_(?P<number>\d+)"


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Post:
    """A watched folder, the watch over it, and a clock in the test's hand."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "pbx"
        self.folder.mkdir()
        watch = WatchSettings(folders=(str(self.folder),), name_pattern=PATTERN, interval_s=1, settle_s=5)
        self.settings = Settings(data_dir=tmp_path / "data", watch=watch)
        self.database = open_database(database_url("", self.settings.data_dir))
        upgrade(self.database)
        self.clock = Clock()
        self.watch = FolderWatch(Desk(self.settings, self.database), self.clock)

    def also_watching(self, folder: Path) -> Settings:
        watch = self.settings.watch.model_copy(update={"folders": (str(self.folder), str(folder))})
        return self.settings.model_copy(update={"watch": watch})

    def after(self, seconds: float) -> int:
        self.clock.now_s += seconds
        return self.watch.look()

    def settle(self) -> int:
        return self.after(10) + self.after(10)

    def calls(self) -> list[CallSummary]:
        with self.database.reading() as session:
            return list(list_calls(session, BOSS, CallFilter(), PageRequest()).calls)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    post = Post(tmp_path)
    yield post
    post.database.close()


def test_a_file_is_taken_once_it_no_longer_grows(post: Post) -> None:
    file = post.folder / "a.wav"
    whole = wav()
    file.write_bytes(whole[:1000])
    assert post.after(1) == 0
    file.write_bytes(whole[:2000])
    assert post.after(10) == 0  # it grew meanwhile
    file.write_bytes(whole)
    assert [post.after(2), post.after(2), post.after(2), post.after(2)] == [0, 0, 0, 1]
    assert post.settle() == 0
    assert file.read_bytes() == whole
    assert [call.source for call in post.calls()] == ["a.wav"]


def test_a_server_that_starts_again_takes_nothing_twice(post: Post) -> None:
    (post.folder / "a.wav").write_bytes(wav())
    post.settle()
    post.watch = FolderWatch(Desk(post.settings, post.database), post.clock)
    assert post.settle() == 0
    assert len(post.calls()) == 1


def test_the_name_tells(post: Post) -> None:
    (post.folder / "day").mkdir()
    (post.folder / "day" / "20260131-085900_806_13800000020.wav").write_bytes(wav())
    post.settle()
    [call] = post.calls()
    assert (call.agent, call.number, call.started_at.isoformat()) == ("806", "13800000020", "2026-01-31T00:59:00+00:00")


def test_a_document_beside_the_file_tells_more_than_its_name(post: Post) -> None:
    name = "20260131-085900_806_13800000020"
    (post.folder / f"{name}.wav").write_bytes(wav())
    (post.folder / f"{name}.json").write_text(json.dumps({"agent": "807", "tags": ["投诉"]}))
    post.settle()
    [call] = post.calls()
    assert (call.agent, call.number, call.tags) == ("807", "13800000020", ("投诉",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_in_the_folder_tells(post: Post, encoding: str) -> None:
    (post.folder / "a.wav").write_bytes(wav())
    table = "文件名,坐席,方向,开始时间,别的\na.wav,808,呼出,2026/01/31 08:59:00,x\nb.wav,809,呼入,,\n"
    (post.folder / "calls.csv").write_bytes(table.encode(encoding))
    post.settle()
    [call] = post.calls()
    assert (call.agent, call.direction.value, call.started_at.hour) == ("808", "outbound", 0)


def test_a_bad_file_is_told_once_and_tried_again_when_changed(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    (post.folder / "a.wav").write_bytes(wav())
    beside = post.folder / "a.json"
    beside.write_text("{")
    assert [post.settle(), post.settle(), post.settle()] == [0, 0, 0]
    assert caplog.text.count("was not taken in") == 1
    with post.database.reading() as session:
        [refused] = refused_files(session)
    assert refused.path.endswith("a.wav")
    assert "not JSON" in refused.problem
    beside.write_text("{}")
    (post.folder / "a.wav").touch()
    assert post.settle() == 1
    with post.database.reading() as session:
        assert refused_files(session) == ()


def test_a_document_and_a_table_tell_field_by_field(post: Post) -> None:
    (post.folder / "a.wav").write_bytes(wav())
    (post.folder / "calls.csv").write_bytes("文件名,坐席,方向,坐席声道\na.wav,808,呼出,右\n".encode("gb18030"))
    (post.folder / "a.json").write_text(json.dumps({"坐席": "807", "tags": ["投诉"], "pbx_leg": 7, "queue": ""}))
    post.settle()
    [call] = post.calls()
    assert (call.agent, call.direction.value, call.tags, call.queue) == ("807", "outbound", ("投诉",), "")
    with post.database.reading() as session:
        assert session.query(CallRow.agent_right).scalar() is True


def test_a_refused_file_is_tried_again_when_somebody_asks(post: Post) -> None:
    file, beside = post.folder / "a.wav", post.folder / "a.json"
    file.write_bytes(wav())
    beside.write_text("{")
    post.settle()
    beside.write_text(json.dumps({"agent": "807"}))  # mended, and the recording is as it was
    assert post.settle() == 0
    with post.database.writing() as session:
        try_again(session, str(file))
        [waits] = refused_files(session)
    assert waits.again
    assert post.settle() == 1
    with post.database.reading() as session:
        assert refused_files(session) == ()
        [taken] = taken_files(session)
        [folder] = list_folders(session)
    assert (taken.path, taken.call_id) == (str(file), post.calls()[0].id)
    assert (folder.path, folder.problem, folder.taken, folder.refused) == (str(post.folder), "", 1, 0)
    with post.database.writing() as session, pytest.raises(NotFoundError):
        try_again(session, str(file))


def test_a_refused_file_that_is_gone_says_so(post: Post) -> None:
    file = post.folder / "a.wav"
    file.write_bytes(b"")
    post.settle()
    file.unlink()
    with post.database.writing() as session:
        assert try_all_again(session) == 1
    post.settle()
    with post.database.reading() as session:
        [refused] = refused_files(session)
    assert (refused.problem, refused.again) == ("The file is no longer there.", False)


def test_a_restarted_server_tries_again_what_was_asked_of_it(post: Post) -> None:
    (post.folder / "a.wav").write_bytes(wav())
    (post.folder / "a.json").write_text("{")
    post.settle()
    (post.folder / "a.json").write_text("{}")
    with post.database.writing() as session:
        try_all_again(session)
    post.watch = FolderWatch(Desk(post.settings, post.database), post.clock)
    assert post.settle() == 1


def test_folders_are_seen_as_they_are(post: Post, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    (post.folder / "a.wav").write_bytes(wav())
    post.watch = FolderWatch(Desk(post.also_watching(gone), post.database), post.clock)
    post.after(1)
    with post.database.reading() as session:
        seen = {Path(one.path).name: one for one in list_folders(session)}
    assert (seen["pbx"].waiting, seen["pbx"].problem) == (1, "")
    assert "not there" in seen["gone"].problem
    post.watch = FolderWatch(Desk(post.settings, post.database), post.clock)
    post.settle()
    with post.database.reading() as session:
        [only] = list_folders(session)
    assert (Path(only.path).name, only.waiting, only.taken) == ("pbx", 0, 1)


def test_a_folder_that_is_not_there_is_told_once(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.folder.rmdir()
    post.settle()
    assert caplog.text.count("is not there") == 1


def test_what_is_no_recording_is_left_alone(post: Post) -> None:
    (post.folder / "notes.txt").write_text("x")
    (post.folder / ".hidden.wav").write_bytes(wav())
    assert post.settle() == 0


def test_calls_of_our_softphone_come_with_all_that_it_knew(post: Post) -> None:
    folder = post.settings.calls_dir / "sip-1"
    folder.mkdir(parents=True)
    (folder / "recording.wav").write_bytes(wav())
    call = Call("sip-1", Direction.INBOUND, agent="806", events=(CallEvent(CallEventKind.RING, -3.0),))
    record = CallRecord(1, "0", call, RecordedFile("recording.wav", "x", 8000, 8000))
    (folder / "call.json").write_bytes(encode(record))
    post.watch = FolderWatch(Desk(post.also_watching(post.settings.calls_dir), post.database), post.clock)
    assert [post.settle(), post.settle()] == [1, 0]
    [found] = post.calls()
    assert (found.id, found.agent) == ("sip-1", "806")
    assert read_call(folder).events == call.events
