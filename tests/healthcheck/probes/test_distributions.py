"""Does the distribution probe see every damage, and read again only what changed?"""

import base64
import hashlib
from pathlib import Path

import pytest

from healthcheck.probes import distributions as probe_module
from healthcheck.probes.distributions import Distributions
from helix.core.health import Status
from helix.image import distributions
from tests.healthcheck.probes.places import place, write


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    _install(folder, "tool", {"tool/__init__.py": "one = 1\n", "tool/more.py": "two = 2\n"})
    return folder


def _install(folder: Path, name: str, files: dict[str, str]) -> None:
    write(folder, files)
    lines = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
        for path, text in files.items()
    ]
    info = f"{name}-1.0.dist-info"
    write(folder, {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"})
    write(folder, {f"{info}/RECORD": "\n".join([*lines, f"{info}/RECORD,,"])})


async def test_whole_distributions_pass(site: Path, tmp_path: Path) -> None:
    finding = await Distributions([site])(place(tmp_path))

    assert (finding.status, finding.output) == (Status.PASS, "1 distributions are whole")


async def test_damage_after_the_first_look_is_seen_and_so_is_its_repair(site: Path, tmp_path: Path) -> None:
    look = Distributions([site])
    assert (await look(place(tmp_path))).status is Status.PASS
    write(site, {"tool/more.py": "two = 3\n"})

    damaged = await look(place(tmp_path))
    write(site, {"tool/more.py": "two = 2\n"})
    healed = await look(place(tmp_path))

    assert damaged.output == "tool tool/more.py is not what was installed (sha256 differs)"
    assert (damaged.status, healed.status) == (Status.FAIL, Status.PASS)


async def test_a_file_of_two_owners_is_named(site: Path, tmp_path: Path) -> None:
    _install(site, "other", {"tool/more.py": "two = 2\n"})

    assert "belongs to other and tool" in (await Distributions([site])(place(tmp_path))).output


async def test_another_version_than_the_locks_is_named(site: Path, tmp_path: Path) -> None:
    write(tmp_path, {"requirements.lock": "tool==2.0\nabsent==1.0\n"})

    output = (await Distributions([site])(place(tmp_path))).output

    assert "tool the lock names ==2.0 and 1.0 is installed" in output
    assert "absent the lock names absent==1.0 and it is not installed" in output


async def test_a_distribution_that_is_installed_later_is_seen(site: Path, tmp_path: Path) -> None:
    look = Distributions([site])
    await look(place(tmp_path))
    _install(site, "late", {"late.py": ""})

    assert (await look(place(tmp_path))).output == "2 distributions are whole"


async def test_what_was_right_is_not_read_again(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noting(file: distributions.RecordedFile) -> list[distributions.Fault]:
        read.append(file.path)
        return list(distributions.verify_file(file))

    monkeypatch.setattr(probe_module, "_verified", noting)
    look = Distributions([site])
    await look(place(tmp_path))
    first = sorted(path for path in read if path.startswith("tool/"))
    read.clear()
    await look(place(tmp_path))

    assert first == ["tool/__init__.py", "tool/more.py"]
    assert not [path for path in read if path.startswith("tool/")]
