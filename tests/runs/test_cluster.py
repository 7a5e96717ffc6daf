"""A Dask cluster of real processes on this machine: the same bytes as alone, and nothing lost with a worker.

What a cluster can do to its runs is tried on functions that need no torch, so that workers start within a second.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from coral_viz.runs import Store, cluster, execute, grids

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")

BUDGET = {"steps": 30, "batch": 16, "samples": 64, "probe_samples": 1024, "test_samples": 64}
SPECS = grids.make({"method": ["cross", "comm"], "seeds": [0, 1], "budget": BUDGET}).specs


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(tmp_path):
    """Starts ``dask scheduler`` and ``dask worker`` processes, and ends them."""
    started = []

    def start_one(*words):
        log = (tmp_path / f"{words[0]}-{len(started)}.log").open("w")
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
        started.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path))
        return started[-1]

    yield start_one
    for process in reversed(started):
        process.kill()
        process.wait(30)


@pytest.fixture
def scheduler(start):
    """The address of a scheduler, and its process."""
    address = f"tcp://127.0.0.1:{free_port()}"
    return address, start("scheduler", "--host", address, "--no-dashboard", "--no-show")


@pytest.fixture
def worker(start, scheduler):
    """Starts a worker of one thread."""
    options = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"]
    return lambda: start("worker", scheduler[0], *options)


def wait_for_workers(address, count):
    from distributed import Client

    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with Client(address, timeout=5, set_as_default=False) as client:
                if count:
                    client.wait_for_workers(count, timeout=60)
                return
        except (OSError, TimeoutError):
            time.sleep(0.5)
    pytest.fail("the cluster did not start")


def test_a_cluster_gives_the_same_bytes_and_loses_nothing_with_a_worker(scheduler, worker, tmp_path):
    address, workers = scheduler[0], [worker(), worker()]
    wait_for_workers(address, 2)
    store, serial = Store(tmp_path / "dask"), Store(tmp_path / "serial")
    outcomes = []
    for outcome in execute(SPECS, store, device="cpu", executor="dask", scheduler=address):
        if not outcomes:
            workers[0].kill()
        outcomes.append(outcome)
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert {outcome.spec for outcome in outcomes} == set(SPECS)
    list(execute(SPECS[:1] + SPECS[-1:], serial, device="cpu", executor="serial"))
    for spec in (SPECS[0], SPECS[-1]):
        for name in ("spec.json", "rows.parquet", "model.safetensors"):
            assert (store.path(spec) / name).read_bytes() == (serial.path(spec) / name).read_bytes()


@pytest.mark.parametrize("address", ["nonsense", "tcp://nowhere", "foo://nowhere:1", "tls://nowhere:1"])
def test_what_is_no_address_is_a_sentence_and_reaches_no_client(address, tmp_path, monkeypatch):
    monkeypatch.setattr("distributed.Client", lambda *_, **__: pytest.fail("it would complain later, too"))
    with pytest.raises(ValueError, match=f"no Dask scheduler answers at '{address}'"):
        list(execute(SPECS, Store(tmp_path), executor="dask", scheduler=address))


@pytest.fixture
def work():
    """What workers do in place of a run."""

    def worked(task):  # in a function, so that it is sent whole: workers do not find this file
        if task == "kills its worker":
            os.kill(os.getpid(), signal.SIGKILL)
        if task == "cannot be loaded":
            raise ModuleNotFoundError("No module named 'coral_viz'")
        return task.upper()

    return worked


def test_a_task_that_kills_its_workers_fails_alone_and_new_workers_are_waited_for(scheduler, worker, work, monkeypatch):
    (address, _), said = scheduler, []
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)

    def say(words):
        said.append(words)
        worker()

    worker()
    wait_for_workers(address, 1)
    tasks = ["kills its worker", "a", "cannot be loaded", "b"]
    with cluster.connected(address) as client:
        ended = list(cluster.ended(client, work, tasks, say))
    assert ended == [
        ("a", "A", ""),
        ("cannot be loaded", None, "ModuleNotFoundError: No module named 'coral_viz'"),
        ("b", "B", ""),
        ("kills its worker", None, cluster.LOST),
    ]
    waits = f"No worker is left at {address}; waiting for one: dask worker {address} --nthreads 1"
    assert said == [waits] * 3


def test_a_scheduler_that_stops_is_a_sentence(scheduler, worker, work, capfd):
    address, process = scheduler
    worker()
    wait_for_workers(address, 1)
    with cluster.connected(address) as client:
        ended = cluster.ended(client, work, ["a", "b", "c"], print)
        assert next(ended) == ("a", "A", "")
        process.terminate()
        process.wait(30)
        with pytest.raises(RuntimeError, match=f"the Dask scheduler at {address} is gone; finished runs are kept"):
            list(ended)
    assert capfd.readouterr() == ("", "")


def test_a_run_that_the_cluster_gives_up_has_failed(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "connected", contextlib.nullcontext)
    monkeypatch.setattr(cluster, "ended", lambda client, work, specs, say: ((spec, None, "lost") for spec in specs))
    ended = list(execute(SPECS[:1], Store(tmp_path), executor="dask", scheduler="tcp://127.0.0.1:1"))
    assert [(outcome.spec, outcome.status, outcome.reason) for outcome in ended] == [(SPECS[0], "failed", "lost")]


def test_a_cluster_that_cannot_be_used_is_a_sentence(start, tmp_path, monkeypatch):
    store, address = Store(tmp_path), f"tcp://127.0.0.1:{free_port()}"
    monkeypatch.setattr(cluster, "SECONDS", 1)
    with pytest.raises(ValueError, match="no Dask scheduler answers at 'tcp:"):
        list(execute(SPECS, store, executor="dask", scheduler=address))
    monkeypatch.undo()
    with pytest.raises(ValueError, match="dask needs one, the others take none"):
        list(execute(SPECS, store, executor="dask"))
    with pytest.raises(ValueError, match="dask needs one, the others take none"):
        list(execute(SPECS, store, executor="joblib", scheduler=address))
    start("scheduler", "--host", address, "--no-dashboard", "--no-show")
    wait_for_workers(address, 0)
    with pytest.raises(ValueError, match="has no worker; start `dask worker"):
        list(execute(SPECS, store, executor="dask", scheduler=address))
    start("worker", address, "--nthreads", "2", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1")
    wait_for_workers(address, 1)
    with pytest.raises(ValueError, match="has 2 threads; start workers with --nthreads 1"):
        list(execute(SPECS, store, executor="dask", scheduler=address))
