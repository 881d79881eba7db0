"""Is a node's name and mtime read right, quickly where its attributes are as usual and leniently where they are not?"""

import json
import secrets
from typing import Any

import pytest
from Crypto.Cipher import AES

from helix.core.names import local_name
from services.sync.remotes.mega.crypto import read_attributes, seal_key
from services.sync.remotes.mega.encoding import b64
from services.sync.remotes.mega.nodes import Node, decode
from services.sync.remotes.symbols import from_symbols

MASTER, KEY = bytes(range(16)), bytes(range(16, 32))
MTIME = b64(bytes(16) + bytes([4]) + (1_700_000_000).to_bytes(4, "little"))
NAMES = (
    "plain.txt",
    "with space",
    "50%",
    "a%2Fb",
    "..",
    ".",
    "",
    "...",
    "a/b",
    "tab\t",
    "new\n",
    "é ü",
    "🔑",
    "␊",
    "‛␊",
    "\x7f",
)
LETTERS = [*"ab. %2F0_E/\\\"'{}", "\n", "\x7f", "é", "␊", "‛", "🔑"]


def node(attributes: bytes) -> Node:
    """A folder whose sealed attributes are these bytes."""
    plain = b"MEGA" + attributes
    sealed = AES.new(KEY, AES.MODE_CBC, iv=bytes(16)).encrypt(plain + bytes(-len(plain) % 16))
    key = f"me:{b64(seal_key(MASTER, KEY))}"
    (found,) = decode([{"h": "x", "p": "y", "u": "me", "t": 1, "k": key, "a": b64(sealed), "ts": 1}], MASTER)
    return found


def written(name: object, **more: object) -> bytes:
    return json.dumps({"n": name, **more}).encode()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_what_the_rules_for_names_say(name: str) -> None:
    assert node(written(name, c=MTIME)).name == from_symbols(local_name(name))
    assert node(written(name, c=MTIME)).mtime == 1_700_000_000


def test_any_name_is_what_the_rules_for_names_say() -> None:
    for _ in range(2000):
        name = "".join(secrets.choice(LETTERS) for _ in range(secrets.randbelow(6)))

        assert node(written(name)).name == from_symbols(local_name(name)), repr(name)


def test_names_as_long_as_a_file_system_takes_and_longer() -> None:
    assert node(written("x" * 255)).name == "x" * 255
    assert node(written("x" * 256)).name == local_name("x" * 256) != "x" * 256


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        (rb'{"n":"a\ud83d"}', "a%uD83D"),
        (b'{"n":"a\xed\xa0\xbd"}', "a%uD83D"),
        (b'{"n":"a\xff"}', "a\ufffd"),
        (b'{"n":7}', "7"),
        (b'{"c":"x"}', "%_"),
        (b'{"n":"a","c":7}', "a"),
        (b'{"n":"a","c":null}', "a"),
        (b'{"n":"a","n":"b"}', "b"),
        (b'{"n":"a","lbl":[1,{"x":NaN}]}', "a"),
    ],
)
def test_unusual_attributes_are_read_as_they_always_were(attributes: bytes, name: str) -> None:
    found: dict[str, Any] = read_attributes(attributes)

    assert node(attributes).name == name == from_symbols(local_name(str(found.get("n", ""))))
    assert node(attributes).mtime is None


@pytest.mark.parametrize("attributes", [b"", b"{}", b'{"n":', b'{"n":"a"}}', b"[1]", b'["n"]'])
def test_attributes_that_make_no_sense_are_a_node_that_cannot_be_read(attributes: bytes) -> None:
    assert node(attributes).name is None
