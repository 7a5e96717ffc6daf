"""Runs on a Dask cluster, through joblib's backend: workers anywhere that can import this package.

Nothing is shared but the scheduler's address. The cluster does a run again whose worker was lost, up to three times.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import joblib

SECONDS = 10


@contextlib.contextmanager
def connected(scheduler: str) -> Iterator[int]:
    """joblib's calls go to the cluster at ``scheduler`` inside; gives the number of its workers.

    Raises ValueError if Dask is not installed, the address is not like tcp://host:port, no scheduler answers there
    within ten seconds, it has no worker, or a worker has several threads: runs of one process would draw from each
    other's random numbers.
    """
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError:
        raise ValueError("the dask executor needs the package `distributed`: pip install distributed.") from None
    try:
        get_address_host_port(scheduler, strict=True)  # or the client would complain again, 20 s later
        client = Client(scheduler, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {scheduler!r}: {error}") from None
    with client:
        threads = client.nthreads()
        if not threads:
            raise ValueError(f"the Dask scheduler at {scheduler!r} has no worker; start `dask worker {scheduler}`.")
        if max(threads.values()) > 1:
            worker, count = max(threads.items(), key=lambda item: item[1])
            raise ValueError(f"worker {worker} has {count} threads; start workers with --nthreads 1, as many as cores.")
        with joblib.parallel_config("dask", client=client):
            yield len(threads)
