import subprocess
import sys

import pytest
from offline import offline

__all__ = ["offline"]


@pytest.mark.parametrize(
    ("code", "reached"),
    [
        ("getaddrinfo('127.0.0.1', 9)", True),
        ("getaddrinfo('localhost', 9)", True),
        ("getaddrinfo('example.org', 9)", False),
        ("socket(AF_INET, SOCK_DGRAM).connect(('192.0.2.1', 9))", False),
        ("socket(AF_INET, SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))", False),
    ],
)
def test_only_this_machine_is_reached_and_attempts_are_noted(offline, code, reached):
    command = [sys.executable, "-W", "ignore", "-c", f"from socket import *; {code}"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode == 0) == reached, done.stderr
    assert offline.exists() != reached
    offline.unlink(missing_ok=True)
