"""Is a long answer of MEGA read in small steps, and to the same result as in one?"""

import json
import random
import secrets
from typing import Any

import pytest

from services.sync.remotes.mega import reading
from services.sync.remotes.mega.reading import LARGE, SLICE, parse

NODE = {"h": "AAAAAAAA", "p": "BBBBBBBB", "t": 0, "a": "x" * 80, "k": "u:" + "y" * 43, "s": 8, "ts": 1700000000}


class Decoder:
    """Counts what is decoded at once."""

    def __init__(self) -> None:
        self.largest = 0

    def __call__(self, text: str, at: int = 0) -> tuple[Any, int]:
        found, end = json.JSONDecoder().raw_decode(text, at)
        self.largest = max(self.largest, end - at)
        return found, end


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Decoder:
    counting = Decoder()
    monkeypatch.setattr(reading, "_decode", counting)
    return counting


@pytest.mark.parametrize("whole", [[{"f": [NODE] * 5000, "sn": "x"}], {"a": [NODE] * 5000, "sn": "x"}])
def test_no_step_over_a_long_answer_is_longer_than_a_slice(decoder: Decoder, whole: Any) -> None:
    text = json.dumps(whole, separators=(",", ":"))

    assert parse(text) == whole

    assert len(text) > 10 * SLICE
    assert 0 < decoder.largest <= SLICE + 2


def test_a_short_answer_is_read_at_once(decoder: Decoder) -> None:
    assert parse('[{"f":[],"sn":"x"}]') == [{"f": [], "sn": "x"}]

    assert decoder.largest == 0


def test_any_answer_is_read_as_json_reads_it() -> None:
    seed = secrets.randbelow(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)

    for _ in range(60):
        whole: Any = {
            chance.choice("abcdef") * chance.randrange(1, 9): _value(chance) for _ in range(chance.randrange(5))
        }
        whole["f"] = [_node(chance) for _ in range(chance.randrange(900))]
        whole["z"] = _value(chance) if chance.random() < 0.5 else "x" * LARGE
        whole = chance.choice([whole, [whole]])
        text = json.dumps(whole, separators=chance.choice([(",", ":"), (", ", ": "), (" , ", " : ")]))
        assert parse(text) == whole


@pytest.mark.parametrize("cut", [1, 2, 3, 40, 70_000, 200_000])
def test_an_answer_that_ends_too_early_is_an_error(cut: int) -> None:
    text = json.dumps([{"f": [NODE] * 2000, "sn": "x"}], separators=(",", ":"))

    with pytest.raises(ValueError, match=r"."):
        parse(text[:-cut])


def _node(chance: random.Random) -> dict[str, Any]:
    """A node whose strings and inner objects look like the border between two nodes."""
    extra = chance.choice(['},{"h":"', [{"a": 1}, {"b": 2}], "\\", '"', "]}", {}, [], "plain"])
    return NODE | {"x": extra, "s": chance.randrange(1 << 40)}


def _value(chance: random.Random) -> Any:
    return chance.choice([[], [{}, {}], "},{", 7, None, {"deep": [{"er": []}, {"er": [1, 2]}]}, ["a", "b"], [[], []]])
