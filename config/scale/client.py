"""A small load generator: a fixed number of kept-alive connections, each asking as fast as it can.

It runs beside the server on the same cores, so its figures compare with one another and with
nothing else.
"""

from __future__ import annotations

import http.client
import itertools
import statistics
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

CONNECTIONS = 8


@dataclass(frozen=True)
class Call:
    """One request."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """What came of a run."""

    per_second: float
    #: Median time of an answer, in milliseconds, with all connections busy.
    p50_ms: float
    p95_ms: float
    #: Uncompressed size of the last answer.
    bytes: int


class LoadError(RuntimeError):
    """An answer was not the one that was to be measured."""


def run(
    port: int,
    calls: Callable[[int], Call],
    *,
    seconds: float,
    expect: int = 200,
    connections: int = CONNECTIONS,
) -> Load:
    """Ask for ``seconds`` and count the answers; a tenth of the time warms up uncounted.

    Args:
        calls: the request with a running number, so that runs can walk over rows.

    Raises:
        LoadError: an answer had another status than ``expect``.
    """
    numbers = itertools.count()
    begin = time.perf_counter() + seconds / 10
    end = begin + seconds
    times: list[float] = []
    sizes: list[int] = []
    failures: list[str] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while (started := time.perf_counter()) < end and not failures:
                call = calls(next(numbers))
                headers = {"Host": "localhost", **call.headers}
                connection.request(call.method, call.path, call.body or None, headers)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != expect:
                    failures.append(f"{call.method} {call.path} answered {answer.status}")
                elif (now := time.perf_counter()) >= begin:
                    times.append(now - started)
                    sizes.append(len(body))
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures or not times:
        raise LoadError(failures[0] if failures else "nothing was answered in time")
    ordered = sorted(times)
    return Load(
        per_second=round(len(times) / seconds, 1),
        p50_ms=round(statistics.median(ordered) * 1000, 1),
        p95_ms=round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
        bytes=sizes[-1],
    )
