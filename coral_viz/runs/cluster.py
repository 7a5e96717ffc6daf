"""Runs on a Dask cluster, whose workers can be anywhere and need only this package and the scheduler's address.

Every worker has one run at a time, so that a lost worker fails only this run. Dask itself would blame all runs that
were assigned to it.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from coral_viz.extras import install

SECONDS = 10
TRIES = 4
LOST = f"its worker died, {TRIES} times; perhaps it needs more memory than it may use (dask worker --memory-limit)"
GONE = "the Dask scheduler at {} is gone; finished runs are kept, the same command goes on with another."
PATIENCE = 10.0
"""Seconds without a worker, of which one that is started again needs a few, until it is said."""


@contextlib.contextmanager
def connected(scheduler: str) -> Iterator:
    """A client of the cluster at ``scheduler``.

    Raises:
        ValueError: Dask is not installed; the address is not tcp://host:port or tls://host:port; it is tls and no
            certificate is configured; no scheduler answers within ten seconds; it has no worker; or a worker has
            several threads, of which all but one would idle.
    """
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
        from distributed.security import Security
        from distributed.utils import silence_logging_cmgr
    except ImportError:
        raise ValueError(f"the dask executor needs `distributed`: {install('cluster')}.") from None
    try:
        get_address_host_port(scheduler, strict=True)  # or the client would complain again, 20 s later
        if scheduler.startswith("tls:") and not Security().get_connection_args("client")["ssl_context"]:
            raise ValueError("the variables DASK_DISTRIBUTED__COMM__TLS__... name no certificate (see docs/sweeps.md).")
        client = Client(scheduler, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {scheduler!r}: {error}") from None
    with silence_logging_cmgr("critical"), client:  # what is lost is told in a sentence; the log has tracebacks
        threads = client.nthreads()
        if not threads:
            raise ValueError(f"the Dask scheduler at {scheduler!r} has no worker; start `dask worker {scheduler}`.")
        if max(threads.values()) > 1:
            worker, count = max(threads.items(), key=lambda item: item[1])
            raise ValueError(f"worker {worker} has {count} threads; start workers with --nthreads 1, as many as cores.")
        yield client


def ended(client, work: Callable, tasks: Iterable, say: Callable[[str], None]) -> Iterator[tuple[Any, Any, str]]:
    """Yield each task as it ends, with ``work(task)`` and "", or with None and the reason of its failure.

    Tasks start in order, one per worker. A task whose worker is lost is queued again, up to three times. If no worker
    is left, ``say`` reports it, and the next one is waited for.

    Raises:
        RuntimeError: the scheduler is gone.
    """
    address, seen = client.scheduler.address, time.monotonic()
    queue = _Queue(client, work, tasks)
    while queue.left or queue.running:
        ends = queue.collected()
        workers = _workers(client)
        if workers is None or queue.cancelled:
            yield from ends
            raise RuntimeError(GONE.format(address))
        ends += queue.without(workers)
        queue.begin(workers)
        if workers:
            seen = time.monotonic()
        elif queue.left and time.monotonic() - seen > PATIENCE:
            say(f"No worker is left at {address}; waiting for one: dask worker {address} --nthreads 1")
            seen = math.inf
        yield from ends
        queue.pause()


def _workers(client) -> set[str] | None:
    """The addresses of those there are; None when the scheduler is gone."""
    with contextlib.suppress(OSError):
        if client.status == "running":
            return set(client.nthreads())
    return None


class _Queue:
    """Tasks that are ``left``, and the futures of those ``running``: which task, on which worker."""

    def __init__(self, client, work: Callable, tasks: Iterable):
        from distributed import as_completed

        self._client, self._work = client, work
        self.left = deque(tasks)
        self.running: dict[Any, tuple[Any, str]] = {}
        self._losses: Counter[Any] = Counter()
        self._finished = as_completed(loop=client.loop, with_results=True, raise_errors=False)

    def begin(self, workers: set[str]) -> None:
        """Begin a task on each worker that has none."""
        idle = workers - {worker for _, worker in self.running.values()}
        for worker in list(idle)[: len(self.left)]:
            task = self.left.popleft()
            future = self._client.submit(self._work, task, workers=[worker], pure=False)
            self.running[future] = task, worker
            self._finished.add(future)

    def collected(self) -> list[tuple[Any, Any, str]]:
        """Tasks that have ended since the last call, each with its result and the reason of its failure."""
        batch = self._finished.next_batch(block=False)
        known = [(future, answer) for future, answer in batch if future in self.running and not future.cancelled()]
        return [(self.running.pop(future)[0], *_told(future, answer)) for future, answer in known]

    @property
    def cancelled(self) -> bool:
        """Whether running tasks were cancelled, as all are when the scheduler goes."""
        return any(future.cancelled() for future in self.running)

    def without(self, workers: set[str]) -> list[tuple[Any, Any, str]]:
        """Queue tasks again whose worker is not among these; those that were tried too often."""
        ends = []
        for future in [future for future, (_, worker) in self.running.items() if worker not in workers]:
            task, _ = self.running.pop(future)
            future.cancel()
            self._losses[task] += 1
            if self._losses[task] == TRIES:
                ends.append((task, None, LOST))
            else:
                self.left.append(task)
        return ends

    def pause(self) -> None:
        """Wait until a task has ended, at most a second."""
        end = time.monotonic() + 1.0
        while not self._finished.has_ready() and time.monotonic() < end:
            time.sleep(0.01)


def _told(future, answer) -> tuple[Any, str]:
    """A task's result, or why it has none: Dask gave it up, or it cannot be loaded, say for want of a package."""
    if future.status != "error":
        return answer, ""
    kind, error, _ = answer
    return None, f"{kind.__name__}: {error}"
