"""Is what MEGA stored what was sent? Asked before the content takes its place, so that a mismatch leaves all as it was.

The content becomes a hidden node first; it is fetched again and compared with its MAC, and MEGA then copies it to its
place by itself: it is sent once, and fetched once.
"""

import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from services.sync.remotes.errors import RemoteError, Unreachable
from services.sync.remotes.mega import download
from services.sync.remotes.mega.account import Account
from services.sync.remotes.mega.changes import Changes
from services.sync.remotes.mega.nodes import Node
from services.sync.remotes.mega.pieces import Pieces
from services.sync.remotes.mega.upload import Uploaded
from services.sync.remotes.remote import no_progress
from services.sync.reserved import TEMPORARY_PREFIX

log = logging.getLogger(__name__)

OLD_SECONDS = 86_400.0
"""A hidden node of this age was left by a process that is gone."""


@asynccontextmanager
async def proven(
    account: Account, changes: Changes, pieces: Pieces, folder: Node, sent: Uploaded
) -> AsyncIterator[Uploaded]:
    """The content as a node in `folder` that was read back; it is removed in the end. Raises `Corrupt`."""
    name = TEMPORARY_PREFIX + secrets.token_hex(8)
    node = await account.surely(changes.put_file(folder.handle, name, sent, None))
    try:
        await download.digest_of(account.api, pieces, node, no_progress)
        # that took its time: what is at the path now?
        await account.fresh()
        yield replace(sent, token=node.handle)
    finally:
        await _remove(account, changes, node)


async def sweep(account: Account, changes: Changes, folder: Node) -> None:
    """Remove what killed processes left in `folder`; what can't be read there is not ours to judge."""
    try:
        nodes = account.tree.children(folder.handle)
    except Unreachable as error:
        log.debug("mega_hidden_nodes_unread", extra={"reason": error.message})
        return
    for node in nodes:
        if (node.name or "").startswith(TEMPORARY_PREFIX) and time.time() - node.created > OLD_SECONDS:
            await _remove(account, changes, node)


async def _remove(account: Account, changes: Changes, node: Node) -> None:
    try:
        await account.surely(changes.destroy(node))
    except RemoteError as error:
        log.debug("mega_hidden_node_left", extra={"reason": error.message})
