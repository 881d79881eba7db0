"""Does the check of installed distributions notice damage, two owners, other versions, and no more?"""

from pathlib import Path

import pytest

from helix.image import distributions
from helix.image.distributions import FaultKind
from tests.image.cases import install


@pytest.fixture
def site(tmp_path: Path) -> Path:
    install(tmp_path, "Good.Name", "1.0", {"good/__init__.py": "x = 1\n", "good/data.txt": "d"})
    return tmp_path


def faults(site: Path, lock: str | None = None) -> list[tuple[FaultKind, str, str]]:
    return [(fault.kind, fault.distribution, fault.path) for fault in distributions.verify_all([site], lock)]


def test_a_whole_distribution_has_no_fault(site: Path) -> None:
    assert faults(site, "good-name==1.0 \\\n    --hash=sha256:00\n") == []


def test_a_deleted_file_is_named_with_its_distribution(site: Path) -> None:
    (site / "good" / "__init__.py").unlink()

    assert faults(site) == [(FaultKind.MISSING_FILE, "good-name", "good/__init__.py")]


def test_an_edited_file_is_altered(site: Path) -> None:
    (site / "good" / "data.txt").write_text("e")

    assert faults(site) == [(FaultKind.ALTERED_FILE, "good-name", "good/data.txt")]


def test_two_owners_of_one_file_are_both_named(site: Path) -> None:
    install(site, "pycrypto", "2.6.1", {"Crypto/__init__.py": "old"})
    install(site, "pycryptodome", "3.20", {"Crypto/__init__.py": "new"})

    found = [fault for fault in distributions.verify_all([site]) if fault.kind is FaultKind.TWO_OWNERS]

    assert [fault.path for fault in found] == ["Crypto/__init__.py"]
    assert "pycrypto and pycryptodome" in found[0].detail


def test_the_state_after_uninstalling_pycrypto_is_noticed(site: Path) -> None:
    install(site, "pycryptodome", "3.20", {"Crypto/__init__.py": "new", "Crypto/Cipher/AES.py": "new"})
    (site / "Crypto" / "__init__.py").unlink()
    (site / "Crypto" / "Cipher" / "AES.py").unlink()

    assert {kind for kind, name, _ in faults(site) if name == "pycryptodome"} == {FaultKind.MISSING_FILE}


def test_two_versions_of_one_distribution_are_named(site: Path) -> None:
    install(site, "good-name", "2.0", {"good2.py": ""})

    assert (FaultKind.TWO_VERSIONS, "good-name", site.name) in faults(site)


def test_a_distribution_without_a_record_cant_be_verified(site: Path) -> None:
    (site / "Good.Name-1.0.dist-info" / "RECORD").unlink()

    assert faults(site) == [(FaultKind.NO_RECORD, "good-name", "")]


def test_a_pin_that_is_absent_or_of_another_version_is_a_fault(site: Path) -> None:
    lock = "good_name==1.1 \\\n  --hash=sha256:00\ntenacity==9.0.0\n"

    assert faults(site, lock) == [
        (FaultKind.OTHER_VERSION, "good-name", ""),
        (FaultKind.NOT_INSTALLED, "tenacity", ""),
    ]


def test_a_pin_for_another_interpreter_is_none() -> None:
    lock = "colorama==0.4.6 ; sys_platform == 'win32'\n# note\n-r x\n"
    lock += "audioop-lts==0.2 ; python_full_version >= '3.13'\n"

    names = [requirement.name for requirement in distributions.pinned(lock, {"python_full_version": "3.13.1"})]

    assert names == ["audioop-lts"]


def test_the_distributions_of_this_environment_are_whole() -> None:
    folder = Path(pytest.__file__).parent.parent

    assert [fault for fault in distributions.verify_records([folder]) if fault.kind is FaultKind.MISSING_FILE] == []
