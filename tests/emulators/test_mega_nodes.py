"""Are nodes made, renamed, moved, replaced, shared and deleted as MEGA does it?"""

from collections.abc import AsyncIterator

import pytest

from tests.emulators.mega import Code
from tests.emulators.mega.client import PlainClient, file_key
from tests.emulators.mega.codec import b64, unb64
from tests.emulators.mega.crypto import ecb_decrypt, ecb_encrypt, seal_attributes
from tests.emulators.mega.visit import Visit, visiting


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with visiting() as guest:
        yield guest


async def test_a_listing_has_parents_before_their_children(visit: Visit) -> None:
    for path in ("a/b/c/one", "a/two", "d/e/three"):
        visit.me.put(path, b"x")
    visit.me.move("d/e", "a/b")

    listing = (await visit.client.call("f", c=1))["f"]

    seen = {""}
    for node in listing:
        assert node["p"] in seen
        seen.add(node["h"])
    assert [node["t"] for node in listing].count(0) == 3


async def test_a_folder_made_by_a_client_holds_what_is_put_into_it(visit: Visit) -> None:
    folder = await visit.client.mkdir("folder", visit.root)

    await visit.client.put("name", b"content", folder)

    assert visit.me.files() == {"folder/name": b"content"}


async def test_an_unknown_parent_and_a_file_as_parent_are_refused(visit: Visit) -> None:
    visit.me.put("file", b"x")

    assert await visit.client.put("x", b"", "nowhere0") == Code.ENOENT
    assert await visit.client.put("x", b"", visit.me.node("file").handle) == Code.EACCESS


async def test_two_files_of_one_name_may_stand_side_by_side(visit: Visit) -> None:
    await visit.client.put("same", b"one", visit.root)
    await visit.client.put("same", b"two", visit.root)

    assert [entry.path for entry in visit.me.entries()] == ["same", "same"]
    with pytest.raises(AssertionError, match="two files"):
        visit.me.files()


async def test_a_rename_changes_the_attributes_and_announces_them(visit: Visit) -> None:
    visit.me.put("old", b"x", mtime=1_700_000_000)
    node = visit.me.node("old")
    before = visit.me.events.sn
    sealed = b64(seal_attributes(visit.me.file_key(node).key, {"n": "new"}))

    assert await visit.client.call("a", n=node.handle, attr=sealed, i="tag") == 0

    assert visit.me.files() == {"new": b"x"}
    assert visit.me.entries()[0].mtime is None
    event = {"a": "u", "n": node.handle, "u": node.owner, "at": sealed, "ts": node.created, "i": "tag"}
    assert visit.me.events.since(before) == [event]


@pytest.mark.parametrize("stored", [True, False])
async def test_a_key_sent_with_the_attributes_is_stored_by_the_switch(visit: Visit, stored: bool) -> None:
    visit.server.assume.a_stores_key = stored
    folder = visit.me.mkdir("old")
    old_key = visit.me.folder_key(visit.me.node("old"))
    sent = bytes(range(16))
    sealed = b64(seal_attributes(sent if stored else old_key, {"n": "new"}))

    await visit.client.call("a", n=folder, at=sealed, key=b64(ecb_encrypt(visit.client.master_key, sent)))

    assert visit.me.folder_key(visit.me.node("new")) == (sent if stored else old_key)


async def test_moving_respects_circles_roots_and_files(visit: Visit) -> None:
    visit.me.put("a/b/file", b"x")
    a, b, file = (visit.me.node(path).handle for path in ("a", "a/b", "a/b/file"))

    assert await visit.client.call("m", n=a, t=b) == Code.ECIRCULAR
    assert await visit.client.call("m", n=a, t=a) == Code.ECIRCULAR
    assert await visit.client.call("m", n=visit.root, t=a) == Code.EACCESS
    assert await visit.client.call("m", n=a, t=file) == Code.EACCESS
    assert await visit.client.call("m", n="nowhere0", t=a) == Code.ENOENT
    assert await visit.client.call("m", n=b, t=visit.root) == 0
    assert visit.me.files() == {"b/file": b"x"}


async def test_the_rubbish_bin_keeps_what_is_moved_there(visit: Visit) -> None:
    visit.me.put("a/file", b"x")

    await visit.client.call("m", n=visit.me.node("a").handle, t=visit.me.tree.trash.handle)

    assert (visit.me.files(), visit.me.files(top="trash")) == ({}, {"a/file": b"x"})


async def test_deleting_a_folder_deletes_all_below_it_for_good(visit: Visit) -> None:
    visit.me.put("a/b/file", b"12345")
    handle = visit.me.node("a").handle

    assert await visit.client.call("d", n=handle) == 0

    assert visit.me.entries() == []
    assert visit.me.tree.used() == 0
    assert await visit.client.call("d", n=handle) == Code.ENOENT
    assert await visit.client.call("d", n=visit.root) == Code.EACCESS


async def test_a_new_version_takes_the_place_of_the_old_one_and_keeps_it_below(visit: Visit) -> None:
    for content in (b"first", b"second", b"third"):
        replaced = {} if content == b"first" else {"ov": visit.me.node("doc").handle}
        await visit.client.put("doc", content, visit.root, **replaced)

    assert visit.me.files() == {"doc": b"third"}
    assert visit.me.versions("doc") == [b"second", b"first"]
    assert visit.me.tree.used() == len(b"firstsecondthird")

    await visit.client.call("d", n=visit.me.node("doc").handle, v=1)
    assert (visit.me.files(), visit.me.versions("doc")) == ({"doc": b"second"}, [b"first"])


async def test_only_a_file_is_replaced_and_only_by_a_file(visit: Visit) -> None:
    folder, file = visit.me.mkdir("folder"), visit.me.put("file", b"x")
    new_folder = visit.client.node("new", bytes(16), h="xxxxxxxx", ov=file)

    assert await visit.client.put("new", b"y", visit.root, ov=folder) == Code.EARGS
    assert await visit.client.call("p", t=visit.root, n=[new_folder]) == Code.EARGS
    assert visit.me.files() == {"file": b"x"}


async def test_versions_are_listed_among_the_files_or_apart_by_the_switch(visit: Visit) -> None:
    old = visit.me.put("doc", b"old")
    await visit.client.put("doc", b"new", visit.root, ov=old)

    together = await visit.client.call("f", c=1)
    visit.server.assume.versions_in_f2 = True
    apart = await visit.client.call("f", c=1)

    assert old in [node["h"] for node in together["f"]]
    assert [node["h"] for node in apart["f2"]] == [old]
    assert old not in [node["h"] for node in apart["f"]]


async def test_p_tells_which_of_its_nodes_failed_when_it_is_asked_in_the_newer_way(visit: Visit) -> None:
    visit.server.assume.put_v4_answer = True
    key = file_key(b"x")
    good = visit.client.node("x", key.pack(), h=await visit.client.upload(b"x", key=key))

    answer = await visit.client.call("p", v=4, t=visit.root, n=[good, good])

    assert answer["e"] == [0, Code.ENOENT]
    assert [node["h"] for node in answer["f"]] == [handle.split(":")[0] for handle in answer["fh"]]


async def test_p_copies_a_node_of_one_s_own_and_a_public_file(visit: Visit) -> None:
    visit.me.put("x", b"content")
    node = visit.me.node("x")
    link = await visit.client.call("l", n=node.handle)
    folder = await visit.client.mkdir("copies", visit.root)
    again = visit.client.node("x", visit.me.file_key(node).pack())

    await visit.client.call("p", t=folder, n=[again | {"h": node.handle}])
    await visit.client.call("p", t=visit.root, n=[visit.client.node("y", visit.me.file_key(node).pack(), ph=link)])

    assert visit.me.files() == {"x": b"content", "y": b"content", "copies/x": b"content"}


async def test_a_link_opens_a_file_to_strangers_until_it_is_taken_back(visit: Visit) -> None:
    handle = visit.me.put("x", b"content")

    link = await visit.client.call("l", n=handle)
    async with PlainClient(visit.server.url) as stranger:
        shown = await stranger.call("g", g=1, p=link)
        await visit.client.call("l", n=handle, d=1)

        assert shown["s"] == 7
        assert len((await stranger.fetch("GET", shown["g"]))[1]) == 7
        assert await stranger.call("g", p=link) == Code.ENOENT


async def test_an_exported_folder_shows_its_keys_only_as_the_share_encrypts_them(visit: Visit) -> None:
    visit.me.put("open/x", b"content")
    visit.me.put("closed", b"mine")
    folder, file = visit.me.node("open"), visit.me.node("open/x")
    share_key = bytes(range(16))
    sealed = b64(ecb_encrypt(share_key, visit.me.file_key(file).pack()))
    ok, ha = b64(ecb_encrypt(visit.client.master_key, share_key)), b64(bytes(16))
    cr = [[folder.handle], [file.handle], [0, 0, sealed]]

    assert await visit.client.call("l", n=folder.handle) == Code.EACCESS
    await visit.client.call("s2", n=folder.handle, s=[{"u": "EXP", "r": 0}], ok=ok, ha=ha, cr=cr)
    link = await visit.client.call("l", n=folder.handle)
    async with PlainClient(visit.server.url) as stranger:
        _, text, _ = await stranger.fetch("POST", f"/cs?id=1&n={link}", data='[{"a":"f","c":1,"r":1}]')

    assert "closed" not in text and visit.me.node("closed").handle not in text
    assert f'"k":"{folder.handle}:{sealed}"' in text
    assert ecb_decrypt(share_key, unb64(sealed)) == visit.me.file_key(file).pack()
    assert (await visit.client.call("f", c=1))["ok"] == [{"h": folder.handle, "k": ok, "ha": ha}]
