"""A store that several people and processes use: read, written and saved again without harm."""

import contextlib
import errno
import json
import os
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from coral_viz.runs import Budget, Result, RunSpec, Store, execute, grids, store, sweep_table, sweeps

TINY = {"steps": 4, "batch": 16, "samples": 64, "probe_samples": 64, "test_samples": 64}
SPEC = RunSpec.make("cross", "factors", 0, budget=Budget(**TINY))
NOBODY = 65534


@pytest.fixture(scope="module")
def result():
    from coral_viz.runs import perform

    return perform(SPEC, "cpu")


@pytest.fixture
def kept(result, tmp_path):
    kept = Store(tmp_path / "runs")
    kept.save(SPEC, result, seconds=1.0, device="cpu")
    return kept


@contextlib.contextmanager
def somebody_else():
    """What has no rights cannot be read; root, who can read everything, becomes nobody meanwhile."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def listed(folder: Path) -> dict:
    return {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077])
def test_files_have_the_rights_that_the_umask_gives(result, tmp_path, umask):
    before = os.umask(umask)
    try:
        Store(tmp_path / "runs").save(SPEC, result, seconds=1.0, device="cpu")
    finally:
        os.umask(before)
    folder = tmp_path / "runs" / SPEC.id
    assert folder.stat().st_mode & 0o777 == 0o777 & ~umask
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o666 & ~umask}
    assert len([*folder.iterdir()]) == 4


@pytest.mark.parametrize("name", ["model.safetensors", "DONE", "."])
def test_a_run_that_one_may_not_read_is_not_damaged(result, name):
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        shared = Store(Path(place) / "runs")
        shared.root.chmod(0o777)
        shared.save(SPEC, result, seconds=1.0, device="cpu")
        (shared.path(SPEC) / name).chmod(0)
        before = listed(Path(place))
        with somebody_else():
            for ask in (shared.finished, shared.damage, lambda spec: list(execute([spec], shared, device="cpu"))):
                with pytest.raises(ValueError, match=f"run '{SPEC.id}' cannot be read: Permission denied .*left as it"):
                    ask(SPEC)
            with pytest.raises(ValueError, match="cannot be read: Permission denied"):
                shared.open(SPEC.id)
        assert listed(Path(place)) == before
        (shared.path(SPEC) / name).chmod(0o755)


def test_a_sweep_over_what_cannot_be_read_touches_nothing(kept, tmp_path, monkeypatch):
    def broken(path):
        raise OSError(errno.EIO, "Input/output error", str(path))

    grid = grids.make({"method": "cross", "seeds": [1, 0], "budget": TINY})
    kept.path(grid.specs[0]).mkdir()  # damaged, and looked at before
    monkeypatch.setattr(store, "_hash", broken)
    before = listed(tmp_path)
    with pytest.raises(ValueError, match=r"cannot be read: Input/output error \(.*spec.json\)"):
        sweeps.run(grid, tmp_path, executor="serial", device="cpu")
    after = listed(tmp_path)
    assert set(after) == set(before)
    assert {path: after[path] for path in after if path.is_file()} == {p: before[p] for p in before if p.is_file()}


def test_a_finished_run_that_is_saved_again_stays(kept, result):
    before = listed(kept.path(SPEC)), kept.path(SPEC).stat().st_ino
    kept.save(SPEC, result, seconds=9.0, device="cpu")
    assert (listed(kept.path(SPEC)), kept.path(SPEC).stat().st_ino) == before
    assert [path.name for path in kept.root.iterdir()] == [SPEC.id]


def test_what_two_processes_find_damaged_is_set_aside_once(kept):
    (kept.path(SPEC) / "DONE").unlink()
    first, second = kept.set_aside(SPEC), kept.set_aside(SPEC)
    assert (first.is_dir(), second.exists()) == (True, False)


@contextlib.contextmanager
def little_room(size: int):
    """No file can grow beyond ``size`` bytes, as on a disk that is full."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_a_sentence_and_leaves_nothing(result, tmp_path):
    full = Store(tmp_path / "runs")
    with (
        little_room(100_000),  # enough for the rows
        pytest.raises(OSError, match=rf"run {SPEC.id} cannot be kept in .*: File too large; finished runs stay\.$"),
    ):
        full.save(SPEC, result, seconds=1.0, device="cpu")
    assert [*full.root.iterdir()] == []


def test_a_table_for_which_there_is_no_room_leaves_the_one_before(kept, tmp_path):
    table = sweep_table.collect([SPEC], kept, [])
    path = sweep_table.write(table, tmp_path / "results.parquet")
    before = path.read_bytes()
    with little_room(1000), pytest.raises(OSError, match="File too large"):
        sweep_table.write(table, path)
    assert path.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "results.parquet"}


def test_a_full_disk_is_what_a_sweep_ends_with(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError("run 1 cannot be kept: No space left on device")

    def no_room(*_, **__):
        raise OSError("no room for the table")

    monkeypatch.setattr(Store, "keep", full)
    monkeypatch.setattr(sweep_table, "write", no_room)
    monkeypatch.setattr(pd.DataFrame, "to_csv", no_room)
    lost = {"method": "cross", "budget": TINY | {"lr": 1e30, "steps": 20}}  # fails, so that something has ended
    grid = grids.make({"seeds": 0, "part": [lost, {"method": "cross", "budget": TINY}]})
    with pytest.raises(OSError, match="run 1 cannot be kept"):
        sweeps.run(grid, tmp_path, executor="serial", device="cpu")


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "[" * 100_000,
        '{"sha256": 3}',
        '{"seconds": 1e999, "device": "cpu", "sha256": {}}',
        f'{{"seconds": {10**400}, "device": "cpu", "sha256": {{}}}}',
        '{"seconds": 1, "device": "cpu", "sha256": {}, "provenance": [1]}',
        '{"seconds": 1, "device": "cpu", "sha256": {}, "provenance": {"cpu": 1}}',
        '{"seconds": 1, "device": 1, "sha256": {}}',
    ],
)
def test_what_done_cannot_say_is_damage(kept, text):
    (kept.path(SPEC) / "DONE").write_text(text)
    assert kept.damage(SPEC) == "DONE cannot be read"
    (kept.path(SPEC) / "DONE").unlink()
    (kept.path(SPEC) / "DONE").mkdir()
    assert kept.damage(SPEC) == "DONE is missing"


def test_specs_that_no_run_has_are_a_sentence():
    said = json.loads(SPEC.canonical)
    odd = ["[" * 100_000, json.dumps(said | {"method_version": [1]}, sort_keys=True, separators=(",", ":"))]
    odd += [SPEC.canonical.replace('"lr":0.001', f'"lr":{10**400}'), SPEC.canonical.replace('"seed":0', '"seed":false')]
    for text in odd:
        with pytest.raises(ValueError, match=r"this is no spec of a run|are not the present ones"):
            RunSpec.from_canonical(text)


@pytest.mark.parametrize("to_write", [True, False])
def test_a_folder_that_tables_cannot_be_written_to_is_a_sentence_at_once(tmp_path, to_write):
    with pytest.raises(ValueError, match=r"the name '.*\\udcff' is no UTF-8"):
        Store(tmp_path / os.fsdecode(b"\xff"), to_write=to_write)
    assert [*tmp_path.iterdir()] == []


def test_a_store_is_tidied_when_it_is_opened_to_write(tmp_path):
    left = tmp_path / f".{SPEC.id}-abcd1234"
    left.mkdir()
    os.utime(left, (0, 0))
    Store(tmp_path, to_write=False)
    assert left.exists()
    Store(tmp_path)
    assert not left.exists()


def test_the_work_of_a_sweep_grows_with_its_runs_alone(result, tmp_path, monkeypatch):
    """Twice the runs are twice the reading, none of it into data frames, and one more table."""
    from coral_viz.runs import Outcome

    def made(spec, device):
        one = Result(result.rows.assign(run_id=spec.id, seed=spec.seed), result.weights)
        return Outcome(spec, "done"), store.packed(spec, one, seconds=1.0, device="cpu")

    counts = {"rows": 0, "arrow": 0, "_fault": 0, "write": 0, "settings": 0, "__init__": 0}

    def counted(name, call):
        def counting(*arguments, **options):
            counts[name] += 1
            return call(*arguments, **options)

        return counting

    monkeypatch.setattr("coral_viz.runs.executors._tried", made)
    monkeypatch.setattr(sweeps, "MINUTE", 0.0)
    for name in ("rows", "arrow"):
        monkeypatch.setattr(Store, name, counted(name, getattr(Store, name)))
    monkeypatch.setattr(store, "_fault", counted("_fault", store._fault))
    monkeypatch.setattr(sweep_table, "write", counted("write", sweep_table.write))
    monkeypatch.setattr(pd.DataFrame, "__init__", counted("__init__", pd.DataFrame.__init__))
    monkeypatch.setattr(RunSpec, "settings", property(counted("settings", RunSpec.settings.fget)))
    seen = []
    for count in (20, 40):
        grid = grids.make({"method": "cross", "seeds": list(range(count)), "budget": TINY})
        counts |= dict.fromkeys(counts, 0)
        table = sweeps.run(grid, tmp_path / str(count), executor="serial", device="cpu").table
        assert table["run_id"].nunique() == count
        seen.append(dict(counts))
    assert [(each["rows"], each["arrow"]) for each in seen] == [(0, 20), (0, 40)]
    assert [each["_fault"] for each in seen] == [0, 0]  # what has been done is not looked up again
    assert [each["write"] for each in seen] == [6, 7]
    assert seen[0]["__init__"] / 6 == seen[1]["__init__"] / 7  # data frames are of tables alone, not of runs
    assert all(each["settings"] <= 7 * count for each, count in zip(seen, (20, 40)))


def test_what_differs_from_the_defaults_is_told_by_the_spec_and_not_by_what_was_written(result, tmp_path):
    """So that a run keeps its name where defaults have changed since."""
    former = Result(result.rows.assign(knob="dim=9"), result.weights, result.provenance)
    Store(tmp_path).save(SPEC, former, seconds=1.0, device="cpu")
    assert set(Store(tmp_path).rows(SPEC)["knob"]) == {SPEC.knob} == {""}
