"""Is a damaged pycryptodome found, as in no. 10 of the recorded failures, and a whole one left in peace?

A virtual environment of its own holds a copy of pycryptodome, which is then damaged.
"""

import shutil
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from healthcheck.probes import imports
from healthcheck.probes.distributions import Distributions
from helix.core.health import Status
from tests.healthcheck.probes.places import application, place

INSTALLED = Path(sysconfig.get_path("purelib"))


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    site = home / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    for folder in (*INSTALLED.glob("Crypto"), *INSTALLED.glob("pycryptodome-*.dist-info")):
        shutil.copytree(folder, site / folder.name)
    application(tmp_path / "root", work="from Crypto.Cipher import AES\nfrom Crypto.Util import Counter\n")
    yield site


async def _probe(environment: Path) -> tuple[Status, str]:
    python = environment.parents[2] / "bin" / "python"
    root = environment.parents[3] / "root"
    finding = await imports.probe(place(root, str(python)))
    return finding.status, finding.output


async def test_a_whole_pycryptodome_passes_both_probes(environment: Path) -> None:
    root = environment.parents[3] / "root"

    assert await _probe(environment) == (Status.PASS, "1 programs import whole")
    assert (await Distributions([environment])(place(root))).status is Status.PASS


async def test_a_pycryptodome_without_its_ciphers_is_named_and_its_return_is_seen(environment: Path) -> None:
    root = environment.parents[3] / "root"
    distributions = Distributions([environment])
    aes = environment / "Crypto" / "Cipher" / "AES.py"
    before = aes.read_bytes()
    first = await distributions(place(root))
    aes.unlink()

    status, output = await _probe(environment)
    damaged = await distributions(place(root))
    aes.write_bytes(before)
    healed = await distributions(place(root))

    assert status is Status.FAIL
    assert "cannot import name 'AES' from 'Crypto.Cipher'" in output
    assert [first.status, damaged.status, healed.status] == [Status.PASS, Status.FAIL, Status.PASS]
    assert damaged.output == "pycryptodome Crypto/Cipher/AES.py was installed and is missing"
    assert "pip install --force-reinstall" in damaged.remedy


async def test_an_aes_that_encrypts_wrongly_is_named(environment: Path) -> None:
    aes = environment / "Crypto" / "Cipher" / "AES.py"
    aes.write_text(aes.read_text(encoding="utf-8").replace("def new(", "def _new(") + WRONG, encoding="utf-8")

    status, output = await _probe(environment)

    assert status is Status.FAIL
    assert "AES of pycryptodome encrypts wrongly in MODE_ECB, MODE_CBC, MODE_CTR" in output


async def test_a_native_library_that_is_gone_is_named(environment: Path) -> None:
    for library in (environment / "Crypto" / "Cipher").glob("_raw_ctr*"):
        library.unlink()

    status, output = await _probe(environment)

    assert status is Status.FAIL
    assert "_raw_ctr" in output


WRONG = """

class _Wrong:
    def encrypt(self, data):
        return bytes(len(data))


def new(key, mode, **_):
    return _Wrong()
"""
