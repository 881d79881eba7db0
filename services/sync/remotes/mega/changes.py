"""Which commands change the account, and what if an answer is lost?

Every change is one command of MEGA, so each is whole or not at all; the tree is changed only after MEGA has said yes.
"""

import logging
from typing import Any

from msgspec.structs import replace

from services.sync.remotes.errors import Changed, Gone, RemoteError, RunFailed, Unreachable
from services.sync.remotes.mega.account import Account
from services.sync.remotes.mega.crypto import attribute_key, seal_attributes, seal_key
from services.sync.remotes.mega.encoding import b64
from services.sync.remotes.mega.nodes import Node, Type, attributes, stored, with_attributes
from services.sync.remotes.mega.upload import Uploaded

log = logging.getLogger(__name__)

NO_UPLOAD = "xxxxxxxx"


class Changes:
    """The changes that a remote needs."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def make_folder(self, parent: str, name: str, key: bytes) -> Node:
        """A new folder."""
        item = self._item(NO_UPLOAD, Type.FOLDER, key, {"n": stored(name)})
        return await self._put(parent, item, key, f"making {name}")

    async def put_file(self, parent: str, name: str, uploaded: Uploaded, replaces: Node | None) -> Node:
        """Turn uploaded content into a node; in the same step it takes the place of `replaces`."""
        known = {} if replaces is None else attributes(replaces)
        opened = {**known, "n": stored(name), "c": uploaded.fingerprint}
        item = self._item(uploaded.token, Type.FILE, uploaded.node_key, opened)
        if replaces is not None:
            item["ov"] = replaces.handle
        node = await self._put(parent, item, uploaded.node_key, f"storing {name}")
        if replaces is None:
            await self._yield_to_first(node)
        elif replaces.handle in self._account.tree.nodes:
            # MEGA hangs the old content below the new as a version
            self._account.tree.put(replace(replaces, parent=node.handle))
            await self._drop_version(replaces)
        return node

    async def _yield_to_first(self, node: Node) -> None:
        """MEGA lets two clients make one name at once: both see the order of events, and the later one steps back."""
        await self._account.fresh_for(node)
        tree = self._account.tree
        if node.handle in tree.nodes and not tree.was_first(node):
            self._account.unwanted.add(node.handle)
            await self.destroy(node)
            raise Changed(f"{node.name} was stored by another client at the same moment")

    async def copy_file(self, node: Node, parent: str, name: str) -> Node:
        """A second node with the same content; nothing is transferred."""
        item = self._item(node.handle, Type.FILE, node.key, {**attributes(node), "n": stored(name)})
        return await self._put(parent, item, node.key, f"keeping {node.name}")

    async def move(self, node: Node, parent: str, name: str) -> Node:
        """Another name, another folder, or both."""
        before = node
        if name != node.name:
            node = await self._rename(node, name)
        if parent != node.parent:
            command = {"a": "m", "n": node.handle, "t": parent}
            try:
                await self._account.change(command, f"moving {node.name}")
            except RemoteError:
                if node is not before:
                    await self._rename(node, before.name or "")
                raise
            node = replace(node, parent=parent)
        self._account.tree.put(node)
        return node

    async def throw_away(self, node: Node) -> None:
        """Into MEGA's rubbish bin: what raced into a folder at the last moment can be taken out again."""
        rubbish = self._account.tree.rubbish
        await self._account.change({"a": "m", "n": node.handle, "t": rubbish}, f"removing {node.name}")
        self._account.tree.put(replace(node, parent=rubbish))

    async def destroy(self, node: Node) -> None:
        """For good."""
        await self._account.change({"a": "d", "n": node.handle}, f"removing {node.name}")
        self._account.tree.drop(node.handle)

    async def _rename(self, node: Node, name: str) -> Node:
        opened = {**attributes(node), "n": stored(name)}
        sealed = b64(seal_attributes(attribute_key(node.key), opened))
        # only the attributes are sent: a key along with them would replace the node's own
        await self._account.change({"a": "a", "n": node.handle, "attr": sealed}, f"renaming {node.name}")
        renamed = with_attributes(node, sealed)
        self._account.tree.put(renamed)
        return renamed

    async def _put(self, parent: str, item: dict[str, Any], key: bytes, what: str) -> Node:
        """Send `p`; after a doubtful answer look for the node before giving up."""
        try:
            answer = await self._account.change({"a": "p", "t": parent, "n": [item]}, what)
        except (RunFailed, Gone):
            if (node := await self._look(parent, key)) is not None:
                return node
            raise
        match answer:
            case {"f": [dict(found), *_]}:
                return self._account.put(found)
            case _:
                raise Unreachable(f"{what}: MEGA's answer makes no sense")

    async def _look(self, parent: str, key: bytes) -> Node | None:
        try:
            await self._account.reload()
        except RemoteError:
            return None
        return self._account.tree.with_key(parent, key)

    async def _drop_version(self, old: Node) -> None:
        """Versions count against the quota; one that stays does no other harm."""
        try:
            await self._account.change({"a": "d", "n": old.handle, "v": 1}, f"removing an old version of {old.name}")
        except RemoteError as error:
            log.debug("mega_version_left", extra={"reason": error.message})
        else:
            self._account.tree.drop(old.handle)

    def _item(self, content: str, kind: Type, key: bytes, opened: dict[str, Any]) -> dict[str, Any]:
        master_key = self._account.api.session.master_key
        return {
            "h": content,
            "t": int(kind),
            "a": b64(seal_attributes(attribute_key(key), opened)),
            "k": b64(seal_key(master_key, key)),
        }
