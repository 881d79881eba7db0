"""Is a listing of rclone read whole, or not at all?"""

import json

import pytest

from services.sync.remotes.rclone.answers import listed

ITEMS = [
    {"Path": "a", "Size": 1},
    {"Path": 'b"},{"\n', "Size": 2, "Hashes": {"md5": "[]"}},
    {"Path": "ü", "IsDir": True},
]


@pytest.mark.parametrize("indent", [None, "\t"])
@pytest.mark.parametrize("items", [ITEMS, ITEMS[:1], []])
def test_every_entry_is_read(items: list[dict[str, object]], indent: str | None) -> None:
    assert list(listed(json.dumps({"list": items}, indent=indent).encode())) == items


def test_no_list_is_an_empty_one() -> None:
    assert list(listed(b'{"list": null}')) == []


def test_whatever_is_cut_off_is_no_shorter_listing() -> None:
    whole = json.dumps({"list": ITEMS}, indent="\t").encode()

    for length in range(len(whole)):
        with pytest.raises(ValueError):
            list(listed(whole[:length]))


def test_another_answer_is_no_listing() -> None:
    with pytest.raises(ValueError, match="no listing"):
        list(listed(b'{"item": null}'))
