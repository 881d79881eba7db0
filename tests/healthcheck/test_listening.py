"""Does the server listen where the platform asks, also without IPv6, and say so when it can't?"""

import errno
import socket

import pytest

from healthcheck.listening import listen
from helix.errors import HelixError


def test_a_free_port_serves_both_families() -> None:
    with listen(0) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, port), timeout=30) as connection:
                assert connection.getpeername()[1] == port


def test_a_machine_without_ipv6_gets_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket

    def without_ipv6(family: int, kind: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return real(family, kind)

    monkeypatch.setattr("healthcheck.listening.socket.socket", without_ipv6)
    with listen(0) as sock:
        assert sock.family == socket.AF_INET


def test_a_taken_port_is_said_with_its_number_and_a_remedy() -> None:
    with listen(0) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(HelixError, match=f"can't listen on port {port}") as caught:
            listen(port)

    assert "PORT" in caught.value.remedy
