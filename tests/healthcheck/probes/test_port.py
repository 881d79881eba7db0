"""Does the doctor say that PORT is taken, and is it quiet when this Helix has it?"""

from pathlib import Path

from healthcheck.listening import listen
from healthcheck.probes import port
from healthcheck.probes.probe import Place
from helix.core.health import Status
from tests.healthcheck.probes.places import place
from tests.healthcheck.stage import playing


async def test_a_taken_port_is_named_with_its_remedy(tmp_path: Path) -> None:
    with listen(0) as sock:
        sock.listen()
        taken = sock.getsockname()[1]

        finding = await port.probe(place(tmp_path, PORT=str(taken)))

    assert (finding.status, finding.output) == (Status.FAIL, f"can't listen on port {taken}: Address already in use")
    assert "set PORT" in finding.remedy


async def test_a_free_port_passes_and_is_free_again(tmp_path: Path) -> None:
    with listen(0) as sock:
        free = sock.getsockname()[1]
    tried = place(tmp_path, PORT=str(free))

    assert [(await port.probe(tried)).status for _ in range(2)] == [Status.PASS, Status.PASS]


async def test_the_port_of_this_very_helix_is_not_called_taken() -> None:
    async with playing() as stage:
        assert stage.server is not None
        env = {"HELIX_HOME": str(stage.home), "PORT": str(stage.server.port)}

        finding = await port.probe(Place(stage.home, env, stage.home))

    assert (finding.status, finding.output) == (Status.PASS, f"port {env['PORT']} is ours")


async def test_wrong_settings_are_left_to_their_own_probe(tmp_path: Path) -> None:
    assert (await port.probe(place(tmp_path, PORT="abc"))).status is Status.PASS
