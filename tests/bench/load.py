"""A load generator in one process: keep-alive connections in turn, each waiting for its answer.

    python -m tests.bench.load < job.json

reads `{port, requests: [text, …], status, concurrency, seconds}` and writes
`{count, seconds, latencies}`. Each connection asks for a share of the requests of its own, again
and again. Raw sockets: an HTTP library would need more of the machine than
the server that it measures. Any other status than the expected one is an error, not a figure.
"""

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Any

LIMIT_SECONDS = 30


class Line:
    """One connection with the request that is under way on it."""

    def __init__(self, port: int, turn: Iterator[bytes]) -> None:
        self.turn = turn
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self.busy = True
        self.buffer = b""
        self.length: int | None = None

    def send(self) -> None:
        """Ask for the next page."""
        self.buffer, self.length = b"", None
        self.sent = time.perf_counter()
        self.socket.sendall(next(self.turn))

    def receive(self, expected: bytes) -> bool:
        """Read what is there; True when the answer is complete."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed a connection")
        self.buffer += part
        if self.length is None:
            head, found, _ = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return False
            status = head[9:12]
            if status != expected:
                raise ValueError(f"status {status.decode()}, {expected.decode()} expected")
            self.length = len(head) + 4 + _length(head)
        return len(self.buffer) >= self.length


def _length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(b"content-length:")
    if start < 0:
        return 0
    return int(lowered[start + 15 : lowered.find(b"\r", start) % (len(lowered) + 1)])


def measure(
    port: int, requests: list[bytes], status: str, concurrency: int, seconds: float
) -> dict[str, Any]:
    """Keep so many connections busy for so long."""
    lines = [
        Line(port, cycle(requests[place % len(requests) :: concurrency]))
        for place in range(concurrency)
    ]
    selector = selectors.DefaultSelector()
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
    latencies: list[float] = []
    began = time.perf_counter()
    for line in lines:
        line.send()
    while any(line.busy for line in lines):
        for line in _answered(selector, status.encode()):
            now = time.perf_counter()
            latencies.append(now - line.sent)
            line.busy = now - began < seconds
            if line.busy:
                line.send()
    took = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return {"count": len(latencies), "seconds": took, "latencies": latencies}


def _answered(selector: selectors.BaseSelector, expected: bytes) -> list[Line]:
    """The connections whose answer is complete now."""
    events = selector.select(LIMIT_SECONDS)
    if not events:
        raise TimeoutError("no answer within the limit")
    return [key.data for key, _ in events if key.data.receive(expected)]


def main() -> None:
    """Read a job, write its figures."""
    job = json.load(sys.stdin)
    requests = [text.encode() for text in job.pop("requests")]
    json.dump(measure(requests=requests, **job), sys.stdout)


if __name__ == "__main__":
    main()
