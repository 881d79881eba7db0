"""Does every outlet that is left name a PORT that another program has?"""

import json
from collections.abc import Iterator

import pytest

from healthcheck.listening import listen
from tests.running import Helix, crowding, eventually, start_helix

pytestmark = pytest.mark.xdist_group("chaos-disk")

REMEDY = "set PORT to a free port above 1023, or stop the other program"


@pytest.fixture
def taken() -> Iterator[str]:
    with listen(0) as sock:
        sock.listen()
        yield str(sock.getsockname()[1])


def test_the_start_ends_with_the_cause_and_its_remedy(taken: str) -> None:
    with start_helix(PORT=taken) as helix:
        status = helix.process.wait(30 * crowding())

        told = [event for event in helix.events() if event["message"] == "helix_gave_up"]
        assert status == 70
        assert f"can't listen on port {taken}: Address already in use" in told[0]["cause"]
        assert told[0]["remedy"] == REMEDY


def test_status_and_doctor_name_it_while_the_rest_runs(taken: str) -> None:
    # not essential, so that Helix does not end over it
    with start_helix(PORT=taken, HELIX_ESSENTIAL="sync") as helix:
        line = f"can't listen on port {taken}: Address already in use → {REMEDY}"

        eventually(lambda: any(line in told for told in lines(helix, "status")), within=60, what="status names it")
        told = lines(helix, "doctor")
        probed = helix.command("doctor").stdout

    assert any(line in one for one in told)
    assert f"FAIL {line}" in next(one for one in probed.splitlines() if one.startswith("port"))


def lines(helix: Helix, command: str) -> list[str]:
    return list(json.loads(helix.command(command, "--json").stdout)["lines"])
