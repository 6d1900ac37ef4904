"""What the tests of this folder share."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import hypothesis
import polars as pl
import pytest
import redis

from dedup import shingle_sets, signatures, sketch_batch, word_counts
from dedup.rule import Rule

hypothesis.settings.register_profile("kernels", deadline=None, max_examples=60)
hypothesis.settings.load_profile("kernels")


@pytest.fixture(scope="session", autouse=True)
def compiled():
    """Compile the kernels before anything is timed."""
    texts = pl.Series(["one two three"])
    sketch_batch(texts, Rule())
    signatures(texts)
    shingle_sets(texts, words=3)
    word_counts(texts)


class RedisServer:
    """A Redis of our own on a socket of its own, which writes every command to a file: it loses nothing when killed."""

    def __init__(self, program, folder):
        self._command = [
            *(program, "--port", "0", "--unixsocket", str(folder / "socket"), "--dir", str(folder)),
            *("--appendonly", "yes", "--save", "", "--logfile", str(folder / "log")),
        ]
        self.address = {"unix_socket_path": str(folder / "socket")}
        self.start()

    def start(self):
        self._running = subprocess.Popen(self._command)
        with redis.Redis(**self.address) as client:
            for _ in range(400):
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.05)
                else:
                    return
        raise RuntimeError("redis-server does not answer")

    def kill(self):
        self._running.kill()
        self._running.wait()

    def storage(self, basename):
        return {"type": "redis", "basename": basename, "redis": self.address}


@pytest.fixture(scope="session")
def redis_server():
    """The real server; where it is missing and may be installed, Debian's."""
    if shutil.which("redis-server") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", "redis-server"]):
            subprocess.run(
                ["apt-get", *command],  # noqa: S607 - the one of this machine
                check=True,
                capture_output=True,
                timeout=300,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server, and nobody here may install it")
    # Not pytest's own folder: the path of a socket has 107 bytes at most.
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(program, Path(folder))
        yield server
        server.kill()
