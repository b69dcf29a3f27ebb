"""Ports for the servers that tests start."""

import random
import socket

OURS = range(20_000, 32_000)
"""Below those from which Linux takes one for each outgoing connection (32768 and up): a server that
is started again finds its port free, and whoever asks a dead one does not meet himself."""
_random = random.SystemRandom()


def free_port() -> int:
    """A port on 127.0.0.1 that nobody has now.

    Raises:
        RuntimeError: a hundred were tried, and somebody has each of them.
    """
    for port in _random.sample(OURS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")
