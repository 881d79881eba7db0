"""Is a report read back as it was written, and anything else refused with a reason?"""

import json
import math
from typing import Any

import pytest

from helix import report as reports
from helix.core.health import Check, Report, Status, Unreadable
from tests.core.situations import failing, report


def _body(**changes: Any) -> bytes:
    body = json.loads(reports.encode(report("sync", failing("sync:remote"))))
    return json.dumps({**body, **changes}).encode()


def test_a_report_comes_back_as_it_was() -> None:
    written = report("sync", failing("sync:remote"), Check("sync:files", Status.PASS, observed_value=3))

    assert reports.decode("sync", reports.encode(written)) == written


def test_numbers_that_json_has_no_word_for_become_null() -> None:
    written = report("sync", Check("sync:lag", Status.PASS, observed_value=math.inf), facts={"rate": math.nan})

    read = reports.decode("sync", reports.encode(written))

    assert isinstance(read, Report)
    assert (read.checks[0].observed_value, read.facts["rate"]) == (None, None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b'{"schema": 1, "prog', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "another release"),
        (_body(schema=2), "another release"),
        (_body(program="bot"), "program"),
        (_body(pid="1"), "pid"),
        (_body(posted_at=None), "posted_at"),
        (_body(posted_at=True), "posted_at"),
        (_body(state=5), "state"),
        (_body(facts=[]), "facts"),
        (_body(checks=None), "a field is wrong"),
        (_body(checks=[1]), "a field is wrong"),
        (_body(checks=[{"name": "a", "status": "fine"}]), "a field is wrong"),
        (_body(checks=[{"name": 5, "status": "fail"}]), "name of a check"),
        (_body(checks=[{"name": "a", "status": "fail", "output": None}]), "output of a check"),
        (_body(more=1), "a field is wrong"),
    ],
)
def test_anything_else_is_unreadable_and_says_why(data: bytes, reason: str) -> None:
    read = reports.decode("sync", data)

    assert isinstance(read, Unreadable)
    assert reason in read.reason
