"""What does supervisord tell its event listener?

The listener protocol over standard input and output: we say READY, get one event, and answer RESULT 2 OK.
supervisord buffers events while we are busy, so each is handed over and answered at once.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass

from supervisor import childutils


@dataclass(frozen=True, slots=True)
class ProcessEvent:
    """A program changed its state; `kind` is supervisord's name without its prefix, such as EXITED or FATAL."""

    program: str
    kind: str
    from_state: str


async def listen(deliver: Callable[[ProcessEvent], None]) -> None:
    """Hand every event to *deliver* until supervisord closes the pipe."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        while True:
            _say("READY\n")
            header = await reader.readline()
            if not header:
                return
            fields = childutils.get_headers(header.decode())
            payload = await reader.readexactly(int(fields["len"]))
            deliver(parse(fields["eventname"], payload.decode()))
            _say("RESULT 2\nOK")
    except (asyncio.IncompleteReadError, BrokenPipeError):
        return
    finally:
        transport.close()


def parse(name: str, payload: str) -> ProcessEvent:
    """Read one PROCESS_STATE event. Raises `KeyError` or `ValueError` when it is none."""
    fields = childutils.get_headers(payload)
    return ProcessEvent(
        program=fields["processname"],
        kind=name.removeprefix("PROCESS_STATE_"),
        from_state=fields["from_state"],
    )


def _say(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()
