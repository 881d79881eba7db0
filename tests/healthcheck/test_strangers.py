"""Can somebody who sends what is no HTTP bury the log in tracebacks, and do our own faults still show?"""

import asyncio
import logging

import pytest

from healthcheck import strangers
from tests.healthcheck.stage import playing


@pytest.mark.parametrize(
    "sent",
    [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n"],
    ids=["garbage", "no host", "a long header"],
)
async def test_a_request_that_is_no_http_is_one_line_at_debug(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    strangers.hush()
    async with playing() as stage:
        assert stage.server is not None

        reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
        writer.write(sent)
        answer = await reader.readline()
        writer.close()

    told = [record for record in caplog.records if record.name in ("aiohttp.server", strangers.log.name)]
    assert b"400" in answer
    assert [(record.message, record.levelno) for record in told] == [("request_not_understood", logging.DEBUG)]


def test_a_fault_of_ours_is_told_as_before() -> None:
    error = RuntimeError("a handler broke")
    facts = {"exc_info": (RuntimeError, error, None), "levelno": logging.ERROR}

    assert strangers.is_our_fault(logging.makeLogRecord(facts))
