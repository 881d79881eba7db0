"""How is a folder of a MEGA account a remote?

`mega:/PATH`. The etag is the node's handle: every upload makes a new node, and a node's content never changes.
Listings come from the tree in memory after one question for news. A file is replaced by one command (`ov`), so no
moment shows two files of one name or none; what `keep` asks for is copied by MEGA before that.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from helix.core.pacing import Backoff
from helix.settings import Mega as MegaSettings
from services.sync.hints import Hint
from services.sync.remotes.errors import Changed, Corrupt, Gone, NotEmpty, Unreachable
from services.sync.remotes.mega import download, read_back, upload
from services.sync.remotes.mega.channel import PATIENCE
from services.sync.remotes.mega.link import Link, open_link
from services.sync.remotes.mega.listing import Listing, children
from services.sync.remotes.mega.nodes import Node, Type, entry_of, etag_of
from services.sync.remotes.mega.transport import READ_SECONDS
from services.sync.remotes.mega.upload import Uploaded
from services.sync.remotes.remote import Entry, Features, Progress, Quota, no_progress
from services.sync.remotes.source import Source
from services.sync.reserved import RESERVED
from services.sync.walk import Witness

PARALLEL = 16
_FEATURES = Features(
    keeps_mtime=True,
    conditional=False,
    cheap_digest=False,
    mtime_resolution_ns=10**9,
    parallel=PARALLEL,
    etag_is_identity=True,
    hints=True,
)


class MegaRemote:
    """`mega:/PATH`."""

    def __init__(
        self,
        path: str,
        settings: MegaSettings,
        home: Path,
        *,
        patience: Backoff = PATIENCE,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._path = path.strip("/")
        self._settings = settings
        self._store = home / "mega"
        self._patience = patience
        self._read_seconds = read_seconds
        self._making = asyncio.Lock()
        self._top = ""
        self._link: Link | None = None
        self._lister = Listing()

    @property
    def name(self) -> str:
        """The setting."""
        return f"mega:/{self._path}"

    @property
    def features(self) -> Features:
        """What MEGA can do."""
        return _FEATURES

    async def connect(self) -> None:
        """Take the stored session or log in, know the account's tree, make the top folder, listen for changes."""
        if self._link is None:
            self._link = open_link(
                self._settings, self._store, patience=self._patience, read_seconds=self._read_seconds, movers=PARALLEL
            )
        link = self._link
        await link.api.open()
        await link.account.load()
        self._top = link.account.tree.root
        if self._path:
            self._top = (await self._folder(self._path, start=self._top)).handle
        if (own := self._find(RESERVED)) is not None:
            await read_back.sweep(link.account, link.changes, own)
        link.account.top = self._top
        link.account.listen()

    async def close(self) -> None:
        """End listening and all connections."""
        link, self._link = self._link, None
        if link is not None:
            await link.account.stop()
            link.api.close()

    async def listing(self, under: str = "", witness: Witness | None = None) -> AsyncIterator[list[Entry]]:
        """Ask for news, and walk the tree in memory meanwhile; then give what it holds, a batch at a time."""
        account = self._linked.account
        ahead = asyncio.create_task(self._lister.ahead(account.tree, self._top))
        try:
            await account.fresh()
            await ahead
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)
        async with account.quiet:
            batches = await self._lister.of(account.tree, self._top, under, witness)
        for batch in batches:
            yield batch

    async def children(self, directory: str, witness: Witness | None = None) -> list[Entry]:
        """Ask for news, then look at one folder of the tree."""
        account = self._linked.account
        await account.fresh()
        return children(account.tree, self._top, directory, witness)

    async def stat(self, path: str) -> Entry | None:
        """Ask for news, then look into the tree."""
        await self._linked.account.fresh()
        node = self._find(path)
        return None if node is None else entry_of(path, node)

    async def upload(
        self,
        source: Source,
        path: str,
        *,
        expect: str | None,
        keep: str | None = None,
        progress: Progress = no_progress,
    ) -> Entry:
        """Send the content, ask for news meanwhile, then make the node by one command."""
        link = self._linked
        self._expected(path, expect)
        news = asyncio.create_task(link.account.fresh())
        try:
            sent = await upload.send(link.api, link.pieces, source, progress)
            await news
        finally:
            news.cancel()
            await asyncio.gather(news, return_exceptions=True)
        async with self._proven(sent) as content:
            old = self._expected(path, expect)
            if old is not None and keep is not None:
                await self._keep(old, keep)
            parent, name = await self._parent(path)
            node = await link.account.surely(link.changes.put_file(parent.handle, name, content, old))
        if node.size != source.size:
            raise Corrupt(f"{path} has {node.size} bytes at MEGA, {source.size} here")
        return replace(entry_of(path, node), digest=sent.digest)

    async def download(self, path: str, target: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Fetch and check it; the node that `expect` names has one content for ever."""
        node = await self._seen(path, expect)
        return await download.download(self._linked.api, self._linked.pieces, node, target, progress)

    async def digest(self, path: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Fetch and check it, keep nothing."""
        node = await self._seen(path, expect)
        return await download.digest_of(self._linked.api, self._linked.pieces, node, progress)

    async def matches(self, source: Source, path: str, *, expect: str, progress: Progress = no_progress) -> bool:
        """Compare size and MAC: nothing is transferred."""
        node = await self._seen(path, expect)
        if node.size != source.size or node.size == 0:
            return node.size == source.size
        return await upload.matches(self._linked.api, source, node.key)

    async def move(self, path: str, to: str, *, expect: str) -> Entry:
        """One or two commands, whatever hangs below."""
        await self._linked.account.fresh()
        node = self._expected(path, expect)
        if node is None:
            raise Gone(f"{path} is gone")
        if self._find(to) is not None:
            raise Changed(f"{to} is already there")
        parent, name = await self._parent(to)
        link = self._linked
        return entry_of(to, await link.account.surely(link.changes.move(node, parent.handle, name)))

    async def mkdir(self, path: str) -> Entry:
        """Make it with its parents."""
        await self._linked.account.fresh()
        return entry_of(path, await self._folder(path, start=self._top))

    async def rmdir(self, path: str) -> None:
        """Into MEGA's rubbish bin, if it is empty."""
        await self._linked.account.fresh()
        node = self._find(path)
        if node is None:
            return
        if node.type is Type.FILE:
            raise Changed(f"{path} is a file")
        if self._linked.account.tree.has_children(node.handle):
            raise NotEmpty(f"{path} is not empty")
        await self._linked.account.surely(self._linked.changes.throw_away(node))

    async def remove(self, path: str, *, expect: str) -> None:
        """Delete the file for good."""
        await self._linked.account.fresh()
        if self._find(path) is None:
            return
        node = self._expected(path, expect)
        if node is not None:
            await self._linked.account.surely(self._linked.changes.destroy(node))

    async def quota(self) -> Quota:
        """What MEGA says; rubbish bin and versions count too."""
        answer = await self._linked.api.send({"a": "uq", "strg": 1, "xfer": 1}, "asking for the quota")
        match answer:
            case {"cstrg": int(used), "mstrg": int(total)}:
                return Quota(used, total)
            case _:
                return Quota(None, None)

    def events(self) -> AsyncIterator[Hint]:
        """A hint for each change by another client."""
        return self._linked.account.events()

    @property
    def _linked(self) -> Link:
        if self._link is None:
            raise Unreachable("MEGA was used before it was connected")
        return self._link

    @asynccontextmanager
    async def _proven(self, sent: Uploaded) -> AsyncIterator[Uploaded]:
        """The content that may take its place: as it was sent, or read back first if the settings say so."""
        if not self._settings.read_back:
            yield sent
            return
        link, own = self._linked, await self._folder(RESERVED, start=self._top)
        async with read_back.proven(link.account, link.changes, link.pieces, own, sent) as content:
            yield content

    def _find(self, path: str) -> Node | None:
        return self._linked.account.tree.find(self._top, path)

    async def _seen(self, path: str, expect: str) -> Node:
        """The node with this etag; asks for news only if it is not what we know."""
        node = self._find(path)
        if node is None or etag_of(node) != expect:
            await self._linked.account.fresh()
            node = self._expected(path, expect)
        if node is None:
            raise Gone(f"{path} is gone")
        return node

    def _expected(self, path: str, expect: str | None) -> Node | None:
        """What is at the path, if it is what was expected."""
        node = self._find(path)
        if node is None and expect is not None:
            raise Gone(f"{path} is gone")
        if node is not None and (expect is None or etag_of(node) != expect):
            raise Changed(f"{path} is not what it was")
        return node

    async def _keep(self, old: Node, keep: str) -> None:
        if self._find(keep) is not None:
            raise Changed(f"{keep} is already there")
        parent, name = await self._parent(keep)
        await self._linked.account.surely(self._linked.changes.copy_file(old, parent.handle, name))

    async def _parent(self, path: str) -> tuple[Node, str]:
        folder, _, name = path.rpartition("/")
        return await self._folder(folder, start=self._top), name

    async def _folder(self, path: str, *, start: str) -> Node:
        """The folder at the path; what is missing is made, by one task at a time so that none is made twice."""
        tree = self._linked.account.tree
        if (found := tree.find(start, path)) is not None and found.type is not Type.FILE:
            return found
        async with self._making:
            await self._linked.account.calm()
            node = self._linked.account.tree.nodes[start]
            for name in path.split("/"):
                child = self._linked.account.tree.child(node.handle, name)
                if child is None:
                    making = self._linked.changes.make_folder(node.handle, name, secrets.token_bytes(16))
                    child = await self._linked.account.surely(making)
                if child.type is Type.FILE:
                    raise Changed(f"{path} can't be made: {name} is a file")
                node = child
            return node
