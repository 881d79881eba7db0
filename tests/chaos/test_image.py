"""Does Helix notice, while it runs, that the image it runs from is damaged, and name the file?"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.chaos import places
from tests.chaos.same_words import everywhere
from tests.running import start_helix

pytestmark = pytest.mark.xdist_group("chaos-image")


def test_a_file_of_the_manifest_removed_or_altered_is_named_until_it_is_back() -> None:
    with places.application() as root, start_helix(root=root) as helix:
        helix.wait_ready()
        victim = root / "helix" / "control.py"
        text = victim.read_text()

        victim.unlink()
        assert everywhere(helix, "helix/control.py")
        victim.write_text(text)
        helix.wait_ready()

        victim.write_text(text + "\n# altered\n")
        assert everywhere(helix, "helix/control.py")
        victim.write_text(text)
        helix.wait_ready()


def test_a_module_that_shadows_another_is_named() -> None:
    with places.application() as root, start_helix(root=root) as helix:
        helix.wait_ready()

        # a function of the same name as a class elsewhere: failure 8
        (root / "mega.py").write_text("def Mega():\n    return None\n")
        assert everywhere(helix, "mega")
        (root / "mega.py").unlink()

        helix.wait_ready(within=90)


def test_a_damaged_crypto_keeps_a_start_from_being_ready() -> None:
    with places.environment() as python, start_helix(python=python) as helix:
        crypto = Path(site_packages(python)) / "Crypto" / "Cipher"
        helix.wait_ready()

        hidden = crypto / "AES.py.gone"
        (crypto / "AES.py").rename(hidden)
        cause = everywhere(helix, "Crypto")
        hidden.rename(crypto / "AES.py")

        assert "AES" in cause or "pycryptodome" in cause
        helix.wait_ready(within=90)


def site_packages(python: Path) -> str:
    command = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]
    env = {"PATH": os.environ["PATH"]}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env, timeout=30).stdout.strip()
