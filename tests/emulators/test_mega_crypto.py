"""Does the MEGA test server compute what MEGA computes? Known vectors, and mega.py as a second opinion."""

import secrets

import pytest
from mega import crypto as reference

from tests.emulators.mega import crypto
from tests.emulators.mega.codec import b64, unb64
from tests.emulators.mega.fingerprint import fingerprint, mtime_of
from tests.emulators.mega.hashcash import threshold

KEY, NONCE = bytes(range(16)), bytes(range(16, 24))
MACS = {
    1: "ca0ad35a0e5ee8b0",
    16: "a5401193f3b73edf",
    131072: "7b98a5140940e2f1",
    131073: "382c1954da6753c4",
    131088: "63a0ae7249519605",
    4718593: "3683377451d75b73",
}


@pytest.mark.parametrize(("size", "mac"), MACS.items())
def test_the_meta_mac_is_the_known_one(size: int, mac: str) -> None:
    data = bytes(7 * i % 256 for i in range(256)) * (size // 256 + 1)
    chunks = [data[start:end] for start, end in crypto.chunk_bounds(size)]

    assert crypto.meta_mac(KEY, NONCE, chunks).hex() == mac


def test_chunks_begin_where_mega_s_do() -> None:
    starts = [start for start, _ in crypto.chunk_bounds(6 * 2**20)]

    assert [start // 1024 for start in starts] == [0, 128, 384, 768, 1280, 1920, 2688, 3584, 4608, 5632]


@pytest.mark.parametrize("password", ["secret", "seventeen letters"])
def test_v1_keys_and_hashes_agree_with_mega_py(password: str) -> None:
    key = crypto.v1_password_key(password)

    slow = reference.prepare_key(reference.str_to_a32(password))
    assert key == reference.a32_to_str(slow)
    assert b64(crypto.v1_user_hash("Me@Example.org", key)) == reference.stringhash("me@example.org", slow)


def test_a_file_key_folds_into_32_bytes_and_back() -> None:
    key = crypto.FileKey(secrets.token_bytes(16), secrets.token_bytes(8), secrets.token_bytes(8))

    packed = key.pack()

    assert crypto.FileKey.unpack(packed) == key
    words = reference.str_to_a32(packed)
    folded = [words[i] ^ words[i + 4] for i in range(4)]
    assert reference.a32_to_str(folded) == key.key


def test_attributes_open_with_their_key_and_with_no_other() -> None:
    sealed = crypto.seal_attributes(KEY, {"n": "naïve 🦊"})

    assert crypto.open_attributes(KEY, sealed) == {"n": "naïve 🦊"}
    with pytest.raises(crypto.UnreadableError, match="don't open"):
        crypto.open_attributes(bytes(16), sealed)


def test_content_can_be_decrypted_from_any_block_on() -> None:
    data = secrets.token_bytes(1000)

    sealed = crypto.ctr(KEY, NONCE, 0, data)

    assert crypto.ctr(KEY, NONCE, 160, sealed[160:]) == data[160:]


def test_base64_is_read_in_every_spelling_mega_s_clients_use() -> None:
    data = bytes([0xFB, 0xFF, 0xFE, 0x01])

    assert unb64(b64(data)) == unb64("+//+AQ==") == unb64("-,,-AQ") == data


@pytest.mark.parametrize("size", [0, 16, 17, 8192, 8193, 100_000])
def test_the_mtime_stands_in_the_fingerprint(size: int) -> None:
    text = fingerprint(bytes(size), 1_700_000_000)

    assert mtime_of(text) == 1_700_000_000


def test_hashcash_is_as_hard_as_mega_s() -> None:
    odds = {easiness: threshold(easiness) / 2**32 for easiness in (192, 200, 255)}

    assert odds == pytest.approx({192: 1 / 256, 200: 17 / 256, 255: 127 / 256})
