"""Are sync's figures there, named as promised, and true?"""

import asyncio
import shutil
import subprocess

from prometheus_client.parser import text_string_to_metric_families

from tests.services.sync.running import Sync, eventually

PROMISED = {
    "helix_sync_files": {"folder", "side"},
    "helix_sync_bytes": {"folder", "side"},
    "helix_sync_pending_actions": {"folder"},
    "helix_sync_actions": {"action", "outcome"},
    "helix_sync_transferred_bytes": {"direction"},
    "helix_sync_last_success_timestamp_seconds": {"folder"},
    "helix_sync_pass_duration_seconds": set(),
    "helix_sync_conflicts": {"folder"},
    "helix_sync_guard_tripped": {"folder"},
    "helix_sync_retries": {"reason"},
    "helix_remote_request_duration_seconds": {"remote", "operation"},
    "helix_remote_quota_bytes": {"folder", "kind"},
    "helix_lease_epoch": {"folder"},
    "helix_lease_held": {"folder"},
    "helix_event_loop_lag_seconds": set(),
}


def values(sync: Sync) -> dict[tuple[str, str], float]:
    text = (sync.home / "run/sync.prom").read_text()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_every_promised_family_is_there_with_its_labels(sync: Sync) -> None:
    (sync.folder / "a").write_text("12345")
    await eventually(lambda: values(sync)["helix_sync_actions_total", "uploaded,done"] == 1)
    text = (sync.home / "run/sync.prom").read_text()
    families = {family.name: family for family in text_string_to_metric_families(text)}

    assert PROMISED.keys() <= families.keys()
    for name, labels in PROMISED.items():
        seen = {label for sample in families[name].samples for label in sample.labels} - {"le"}
        assert seen == labels, name
    if promtool := shutil.which("promtool"):
        check = [promtool, "check", "metrics"]
        done = await asyncio.to_thread(subprocess.run, check, input=text, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


async def test_the_figures_are_true(sync: Sync) -> None:
    (sync.folder / "a").write_text("12345")
    (sync.remote / "b").write_text("123")

    def both() -> bool:
        told = values(sync)
        return told["helix_sync_files", "files,remote"] == told["helix_sync_files", "files,local"] == 2

    await eventually(both)

    now = values(sync)
    assert now["helix_sync_bytes", "files,local"] == now["helix_sync_bytes", "files,remote"] == 8
    assert now["helix_sync_transferred_bytes_total", "up"] == 5
    assert now["helix_sync_transferred_bytes_total", "down"] == 3
    assert now["helix_lease_held", "files"] == 1
    assert now["helix_sync_guard_tripped", "files"] == 0
