"""Does a repository with random damage in its files still get an answer, and never an exception?"""

import os
import random
import tempfile
from pathlib import Path

from helix.image.check import check
from helix.image.findings import Verdict
from helix.image.formats import FORMATS
from tests.image.repositories import write
from tests.image.test_entries import FILES, PLACES
from tests.image.test_healthy_shapes import SHAPES

COUNT = int(os.environ.get("HELIX_IMAGE_NOISE", "250"))
FIRST = int(os.environ.get("HELIX_IMAGE_SEED", "1"))
SCRAPS = [
    "$", "${", "}", '"', "'", "\\", "\\\n", "[", "]", "{", "(", ":", "..", "/", "--from=", "<<EOF", "*", "!", "\x00",
    "\n", " ", "#", "-r ", "=", ",", "é", "\ud800", "%(", "&a", "*a", "- ", "\t", "@", "COPY . .", "import ",
    "from . import x",
]  # fmt: skip
REPOSITORIES = [*SHAPES.values(), *({**FILES, **files} for files in PLACES.values())]


def damaged(dice: random.Random, text: str) -> str:
    for _ in range(dice.choice([1, 1, 2, 5])):
        at = dice.randrange(len(text) + 1)
        match dice.randrange(3):
            case 0:
                text = text[:at] + dice.choice(SCRAPS) + text[at:]
            case 1:
                text = text[:at] + text[at + dice.randrange(1, 6) :]
            case _:
                other = dice.randrange(len(text) + 1)
                text = text[: min(at, other)] + text[max(at, other) :] if abs(at - other) < 60 else text
    return text


def test_random_damage_is_answered() -> None:
    verdicts: dict[Verdict, int] = {}
    for seed in range(FIRST, FIRST + COUNT):
        dice = random.Random(seed)
        files = dict(dice.choice(REPOSITORIES))
        for path in dice.sample(sorted(files), min(2, len(files))):
            files[path] = damaged(dice, files[path]).encode("utf-8", "replace").decode()
        with tempfile.TemporaryDirectory(prefix=f"noise-{seed}-") as folder:
            report = check(write(Path(folder), files))
        verdicts[report.verdict] = verdicts.get(report.verdict, 0) + 1
        for render in FORMATS.values():
            assert render(report) is not None, f"seed {seed}"
    print(f"seeds {FIRST} to {FIRST + COUNT - 1}: {verdicts}")
    assert sum(verdicts.values()) == COUNT
    assert len(verdicts) > 1
