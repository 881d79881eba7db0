"""Can mega.py be imported in any order, beside anything else, without a trick in sys.modules?"""

import itertools
import json
import subprocess
import sys

import pytest

from tests.running.helix import ROOT

MODULES = ("mega", "Crypto.Cipher.AES", "discord", "services.sync.remotes.mega.remote")
ORDERS = list(itertools.permutations(MODULES))

SCRIPT = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from mega import Mega
ours = {name: module for name, module in sys.modules.items() if name.split(".")[0] in ("mega", "Crypto")}
print(json.dumps({
    "Mega": Mega.__module__,
    "aliases": sorted(name for name, module in ours.items() if module.__spec__ and module.__spec__.name != name),
    "Cryptodome": "Cryptodome" in sys.modules,
}))
"""


@pytest.mark.parametrize("order", ORDERS, ids=[" ".join(order) for order in ORDERS])
def test_mega_is_imported_in_every_order(order: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *order], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"Mega": "mega.mega", "aliases": [], "Cryptodome": False}
