"""Runs on a Dask cluster: workers anywhere that can import this package.

Nothing is shared but the scheduler's address. Every worker has one run at a time, so that it is known which run a lost
worker takes with it: Dask itself would suspect all that were assigned to it.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

SECONDS = 10
TRIES = 4
LOST = f"its worker died, {TRIES} times; perhaps it needs more memory than it may use (dask worker --memory-limit)"
PATIENCE = 10.0
"""Seconds without a worker, of which one that is started again needs a few, until it is said."""


@contextlib.contextmanager
def connected(scheduler: str) -> Iterator:
    """A client of the cluster at ``scheduler``.

    Raises ValueError if Dask is not installed, the address is not like tcp://host:port, no scheduler answers there
    within ten seconds, it has no worker, or a worker has several threads, of which all but one would idle.
    """
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
        from distributed.utils import silence_logging_cmgr
    except ImportError:
        raise ValueError("the dask executor needs the package `distributed`: pip install distributed.") from None
    try:
        get_address_host_port(scheduler, strict=True)  # or the client would complain again, 20 s later
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
    """Each task as it ends, with ``work(task)`` and "", or with None and in words why there is none.

    The first tasks begin first, one on each worker that there is at the time. A task whose worker is lost goes to the
    end of the queue, up to three times. Where no worker is left, that is said (``say``), and the next one waited for.
    Raises RuntimeError when the scheduler is gone.
    """
    from distributed import as_completed

    address, seen = client.scheduler.address, time.monotonic()
    left, running, losses = deque(tasks), {}, Counter()
    finished = as_completed(loop=client.loop, with_results=True, raise_errors=False)
    while left or running:
        for future, answer in finished.next_batch(block=False):
            if future in running:
                if future.cancelled():
                    raise RuntimeError(_gone(address))
                task, _ = running.pop(future)
                yield task, *_told(future, answer)
        try:
            workers = set(client.nthreads())
        except OSError:
            raise RuntimeError(_gone(address)) from None
        for future in [future for future, (_, worker) in running.items() if worker not in workers]:
            task, _ = running.pop(future)
            future.cancel()
            losses[task] += 1
            if losses[task] == TRIES:
                yield task, None, LOST
            else:
                left.append(task)
        for worker in workers - {worker for _, worker in running.values()}:
            if left:
                task = left.popleft()
                future = client.submit(work, task, workers=[worker], pure=False)
                running[future] = task, worker
                finished.add(future)
        if workers:
            seen = time.monotonic()
        elif left and time.monotonic() - seen > PATIENCE:
            say(f"No worker is left at {address}; waiting for one: dask worker {address} --nthreads 1")
            seen = math.inf
        _pause(finished)


def _gone(address: str) -> str:
    return f"the Dask scheduler at {address} is gone; finished runs are kept, the same command goes on with another."


def _told(future, answer) -> tuple[Any, str]:
    """A task's result, or why it has none: Dask gave it up, or it cannot be loaded, say for want of a package."""
    if future.status != "error":
        return answer, ""
    kind, error, _ = answer
    return None, f"{kind.__name__}: {error}"


def _pause(finished) -> None:
    """Until something has ended, at most a second."""
    end = time.monotonic() + 1.0
    while not finished.has_ready() and time.monotonic() < end:
        time.sleep(0.05)
