"""Are supervisord's events read as its documentation gives them?"""

import pytest

from services.warden.events import ProcessEvent, parse

EXITED = "processname:sync groupname:helix from_state:RUNNING expected:0 pid:2766"
FATAL = "processname:bot groupname:helix from_state:BACKOFF"


@pytest.mark.parametrize(
    ("name", "payload", "event"),
    [
        ("PROCESS_STATE_EXITED", EXITED, ProcessEvent("sync", "EXITED", "RUNNING")),
        ("PROCESS_STATE_FATAL", FATAL, ProcessEvent("bot", "FATAL", "BACKOFF")),
    ],
)
def test_an_event_is_read(name: str, payload: str, event: ProcessEvent) -> None:
    assert parse(name, payload) == event


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(KeyError):
        parse("TICK_5", "when:1201063880")
