"""Does docs/emulators.md name every assumption that the MEGA test server makes?"""

import dataclasses
from pathlib import Path

from tests.emulators.mega import Assumptions

DOCS = Path(__file__).parents[2] / "docs" / "emulators.md"


def test_every_switch_is_documented_and_every_documented_switch_exists() -> None:
    rows = [line.split("|")[1].strip() for line in DOCS.read_text().splitlines() if line.startswith("| `")]

    assert rows == [f"`{switch.name}`" for switch in dataclasses.fields(Assumptions)]
