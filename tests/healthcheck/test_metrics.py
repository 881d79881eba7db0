"""Is /metrics one whole page that Prometheus takes, whatever the programs posted?"""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from healthcheck.merge import merge, parse
from tests.healthcheck.stage import Stage, get, playing

SYNC = """# HELP helix_sync_files Files by folder and side.
# TYPE helix_sync_files gauge
helix_sync_files{folder="files",side="local"} 3
# HELP helix_actions_total Actions.
# TYPE helix_actions_total counter
helix_actions_total{action="upload"} 5
# HELP helix_actions_created Actions.
# TYPE helix_actions_created gauge
helix_actions_created{action="upload"} 1.7e9
# HELP helix_pass_seconds Passes.
# TYPE helix_pass_seconds histogram
helix_pass_seconds_bucket{le="1.0"} 2
helix_pass_seconds_bucket{le="+Inf"} 3
helix_pass_seconds_count 3
helix_pass_seconds_sum 4.5
"""
BOT = """# HELP helix_event_loop_lag_seconds Lag, in other words.
# TYPE helix_event_loop_lag_seconds gauge
helix_event_loop_lag_seconds 0.25
# HELP helix_sync_files The same name as a counter.
# TYPE helix_sync_files counter
helix_sync_files_total 9
"""


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with playing() as made:
        made.post("sync", metrics=SYNC, state="writer")
        made.post("bot", metrics=BOT)
        yield made


def _samples(body: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parse_text(body.decode())
        for sample in family.samples
    }


async def test_the_programs_families_are_merged_under_one_help_and_type(stage: Stage) -> None:
    _, body = await get(stage, "/metrics")

    samples = _samples(body)
    assert samples["helix_sync_files", (("folder", "files"), ("program", "sync"), ("side", "local"))] == 3
    assert samples["helix_event_loop_lag_seconds", (("program", "bot"),)] == 0.25
    assert ("helix_event_loop_lag_seconds", (("program", "health"),)) in samples
    assert body.count(b"# TYPE helix_event_loop_lag_seconds ") == 1
    assert samples["helix_pass_seconds_bucket", (("le", "+Inf"), ("program", "sync"))] == 3
    assert b"_created" not in body


async def test_promtool_finds_nothing_to_complain_about(stage: Stage) -> None:
    promtool = shutil.which("promtool")
    assert promtool is not None, "run scripts/test-tools.sh"
    _, body = await get(stage, "/metrics")

    checked = await asyncio.to_thread(
        subprocess.run, [promtool, "check", "metrics"], input=body, capture_output=True, timeout=30, check=False
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


async def test_openmetrics_is_given_to_who_asks_for_it(stage: Stage) -> None:
    accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"
    response, body = await get(stage, "/metrics", headers={"Accept": accept})
    plain, _ = await get(stage, "/metrics", headers={"Accept": "*/*"})

    assert response.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert "helix_program_up" in {family.name for family in parse_openmetrics(body.decode())}
    assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4")


async def test_the_page_says_what_the_verdict_says(stage: Stage) -> None:
    _, body = await get(stage, "/metrics")

    samples = _samples(body)
    assert samples["helix_up", ()] == samples["helix_ready", ()] == 1
    assert samples["helix_state", (("state", "writer"),)] == 1
    assert samples["helix_state", (("state", "standby"),)] == 0
    assert samples["helix_startup_check_success", (("check", "stage"),)] == 1
    assert samples["helix_program_state", (("program", "bot"), ("state", "RUNNING"))] == 1
    assert samples["helix_program_resident_memory_bytes", (("program", "sync"),)] > 1e6
    assert samples["helix_disk_free_bytes", ()] > 0
    assert any(name == "helix_build_info" for name, _ in samples)


async def test_a_silent_program_is_down_and_its_old_figures_are_left_out(stage: Stage) -> None:
    stage.silence("sync")
    await stage.wait_for(lambda verdict: not verdict.ready)

    _, body = await get(stage, "/metrics")

    samples = _samples(body)
    assert samples["helix_program_up", (("program", "sync"),)] == 0
    assert samples["helix_ready", ()] == 0
    assert not any(name == "helix_actions_total" for name, _ in samples)


async def test_a_flood_of_scrapes_is_rendered_once_and_leaves_livez_alone(stage: Stage) -> None:
    assert stage.server is not None
    done = asyncio.Event()

    async def scrape() -> None:
        await get(stage, "/metrics")

    async def flood() -> None:
        for _ in range(5):
            await asyncio.gather(*(scrape() for _ in range(16)))
        done.set()

    clock = asyncio.get_running_loop().time
    began = clock()
    flooding = asyncio.create_task(flood())
    answered = 0
    while not done.is_set():
        response, _ = await get(stage, "/livez")
        assert response.status == 200
        answered += 1
    await flooding

    assert answered > 3
    assert stage.server.exposition.renders <= clock() - began + 1


def test_half_a_page_is_merged_up_to_the_broken_line() -> None:
    posted = parse("sync", "# TYPE helix_a gauge\nhelix_a 1\n# TYPE helix_b gauge\nhelix_b{ oh\nhelix_c 3\n")

    assert not posted.whole
    assert [family.name for family in posted.families] == ["helix_a"]


def test_a_family_of_another_type_and_a_sample_that_is_there_already_are_left_out() -> None:
    first = parse("sync", "# TYPE helix_a gauge\nhelix_a 1\n").families
    again = parse("sync", "# TYPE helix_a gauge\nhelix_a 2\n").families
    other = parse("bot", "# TYPE helix_a histogram\nhelix_a_count 2\n").families

    (merged,) = merge([*first, *again, *other])

    assert [(sample.name, sample.value) for sample in merged.samples] == [("helix_a", 1)]
