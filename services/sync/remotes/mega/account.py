"""How is the tree kept as fresh as MEGA itself?

The account is listed once. From then on MEGA's events tell what other clients did: `fresh` asks for all that happened
until now (many callers share one question), and `watch` waits at MEGA for the next change. The tree is kept on disk now
and then and at the end, so that the next start needs only the events since.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

from services.sync.hints import EVERYWHERE, NOWHERE, Hint
from services.sync.remotes.errors import ItemFailed, RemoteError, RunFailed, Unreachable
from services.sync.remotes.mega import where
from services.sync.remotes.mega.api import Api
from services.sync.remotes.mega.channel import Command
from services.sync.remotes.mega.codes import Outdated
from services.sync.remotes.mega.events import in_steps, read
from services.sync.remotes.mega.kept import TreeFile
from services.sync.remotes.mega.nodes import Node, decode
from services.sync.remotes.mega.orphans import Orphans
from services.sync.remotes.mega.tree import Tree
from services.sync.remotes.mega.turns import Turns

log = logging.getLogger(__name__)

WAIT_SECONDS = 90.0
PAUSE_SECONDS = 5.0
KEEP_SECONDS = 300.0
"""At most so often a changed tree is kept while the program runs."""
LISTINGS = 2
"""So many times the account is listed again at a stretch because MEGA can't tell what happened since."""


class Account:
    """The tree and the ways to change it."""

    def __init__(self, api: Api, file: TreeFile) -> None:
        self.api = api
        self.quiet = asyncio.Lock()
        """Held while events are taken over: who needs the tree of one moment holds it, too."""
        self._file = file
        self._kept: tuple[Tree, int, str] | None = None
        self._kept_at = -KEEP_SECONDS
        self.tag = secrets.token_urlsafe(8)
        self._tree: Tree | None = None
        self._asking: asyncio.Task[str] | None = None
        self._asked_so_far = 0
        """How many times MEGA was asked for events."""
        self._told_all_at = 0
        """Which of these questions was the last to be answered that there are no more."""
        self._watching: asyncio.Task[None] | None = None
        self.top = ""
        """The folder that hints are about."""
        self._hint = NOWHERE
        self._changed = asyncio.Event()
        self._address: str | None = None
        self._draining = asyncio.Lock()
        self._turns = Turns()
        self._doubtful = False
        self.unwanted: set[str] = set()
        """Nodes of ours that gave way to others and are still to be removed."""
        self._orphans = Orphans()
        self.surely, self.calm = self._orphans.surely, self._orphans.calm

    @property
    def tree(self) -> Tree:
        """What is known. Valid after `load`."""
        if self._tree is None:
            raise Unreachable("MEGA was used before it was connected")
        return self._tree

    async def load(self) -> None:
        """Know everything, once nothing of ours is under way that nobody waits for any more.

        What is known, or was kept at the end of the last run, is enough if MEGA tells all that happened since.
        """
        await self.calm()
        await self._know()
        for handle in self.unwanted & self.tree.nodes.keys():
            await self.change({"a": "d", "n": handle}, "removing a file that gave way")
            self.tree.drop(handle)
        self.unwanted.clear()

    async def _know(self) -> None:
        if self._tree is None and await self._resume():
            return
        if self._tree is None or self._doubtful:
            await self.reload()
            return
        await self._news()
        if await self._lacks_files(self.tree, await self._totals()):
            await self.reload()

    async def reload(self) -> None:
        """List everything anew; twice, if MEGA itself counts more files than it listed.

        No change of ours happens meanwhile.
        """
        async with self._turns.listing():
            tree, totals = await self._listed()
            if await self._lacks_files(tree, totals):
                log.warning("mega_listing_short", extra={"files": tree.count_files()})
                tree, _ = await self._listed()
            self._tree = tree
            # what was sent before and given up may still be carried out: its event must not be taken for known
            self.tag = secrets.token_urlsafe(8)
            self._doubtful = False
            self._hear(EVERYWHERE)

    async def fresh(self) -> None:
        """Return when everything that had happened before this call is in the tree."""
        await self.calm()
        if self._doubtful:
            await self.reload()
            return
        await self._news()

    async def fresh_for(self, node: Node) -> None:
        """After a change of ours: what others did until then. If MEGA does not say, what we know has to do."""
        try:
            await self._news()
        except RemoteError as error:
            log.debug("mega_order_unknown", extra={"node": node.handle, "reason": error.message})

    async def _news(self) -> None:
        # a question under way may have been answered before this call: only one put after it tells all until now
        asked = self._asked_so_far
        while self._told_all_at <= asked:
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._drain())
            await asyncio.shield(self._asking)

    async def change(self, command: Command, what: str) -> Any:
        """Send a command that changes the tree, marked as ours; wait while the account is listed anew."""
        async with self._turns.change():
            try:
                return await self.api.send({**command, "i": self.tag}, what)
            except (RunFailed, asyncio.CancelledError):
                # it may have happened, and an event of our own would be skipped
                self._doubtful = True
                raise

    def put(self, found: dict[str, Any]) -> Node:
        """Take over a node that MEGA answered to one of our commands."""
        node = next(iter(decode([found], self.api.session.master_key)), None)
        if node is None or node.name is None:
            raise Unreachable("MEGA stored a node that can't be read")
        self.tree.put(node)
        return node

    def listen(self) -> None:
        """Keep the tree fresh from now until `stop`."""
        if self._watching is None or self._watching.done():
            # what was asked at the start is not asked again
            self._watching = asyncio.create_task(self._watch(self._address))

    async def _watch(self, address: str | None) -> None:
        while True:
            try:
                url = address or await self._drain()
                address = None
                if time.monotonic() - self._kept_at >= KEEP_SECONDS:
                    await self._keep()
                await self.api.run(self.api.channel.wait, url, WAIT_SECONDS)
            except RemoteError as error:
                log.debug("mega_events_paused", extra={"reason": error.message})
                await asyncio.sleep(PAUSE_SECONDS)

    async def events(self) -> AsyncIterator[Hint]:
        """Where in the folder `top` another client changed something, each time that one did."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            hint, self._hint = self._hint, NOWHERE
            yield hint

    def _hear(self, hint: Hint) -> None:
        if hint != NOWHERE:
            self._hint = where.few(self._hint.joined(hint))
            self._changed.set()

    async def stop(self) -> None:
        """End the questions under way, and keep what is known."""
        await _end(self._watching, self._asking, *self._orphans.tasks)
        await self._keep()

    async def _keep(self) -> None:
        """Keep the tree for the next start, unless it is kept already or what we know of it is doubtful."""
        tree = self._tree
        if tree is None or self._doubtful or self._turns.changing or self._kept == (tree, tree.version, tree.sn):
            return
        self._kept, self._kept_at = (tree, tree.version, tree.sn), time.monotonic()
        # half of some events may be in it already: to take over the same ones again leads to the same tree
        nodes = list(tree.nodes.values())
        try:
            await asyncio.to_thread(self._file.write, tree.sn, nodes, self.api.session.master_key)
        except (OSError, ValueError, OverflowError) as error:
            log.info("mega_tree_not_kept", extra={"reason": str(error)})

    async def _resume(self) -> bool:
        """Take the tree that was kept and what happened since; False if that can't be done."""
        session = self.api.session
        # each question is on its way as soon as it can be put, and the tree is built meanwhile
        totals = asyncio.create_task(self._totals())
        news: asyncio.Task[dict[str, Any]] | None = None
        try:
            kept = await asyncio.to_thread(self._file.read, session.master_key)
            if kept is None:
                return False
            news = asyncio.create_task(self.api.poll(kept.sn))
            tree = await asyncio.to_thread(kept.tree)
            answer, counted = await news, await totals
        except Outdated:
            return False
        finally:
            await _end(news, totals)
        if tree is None or self.api.session.master_key != session.master_key:
            return False
        self._tree, self._kept = tree, (tree, tree.version, tree.sn)
        await self._drain(answer)
        if await self._lacks_files(self.tree, counted):
            self._tree = None
        return self._tree is not None

    async def _listed(self) -> tuple[Tree, Any]:
        """The tree of a new listing; and what MEGA counts, which is asked for while the tree is built."""
        try:
            listing = await self.api.whole({"a": "f", "c": 1, "r": 1}, "listing MEGA")
        except ItemFailed as error:
            raise Unreachable(error.message) from error
        totals = asyncio.create_task(self._totals())
        try:
            return await self.api.run(Tree.of, listing, self.api.session.master_key, self._tree), await totals
        finally:
            await _end(totals)

    async def _totals(self) -> Any:
        return await self.api.send({"a": "uq", "strg": 1}, "asking for the quota")

    async def _lacks_files(self, tree: Tree, totals: Any) -> bool:
        match totals:
            case {"cstrgn": {tree.root: [int(), int(files), *_]}}:
                return await self.api.run(tree.count_files) < files
            case _:
                return False

    async def _drain(self, answer: dict[str, Any] | None = None) -> str:
        """Take over all events there are, those in the answer first; give the address to wait for more."""
        async with self._draining:
            while True:
                match answer or await self._asked():
                    case {"w": str(url)}:
                        if answer is None:
                            self._told_all_at = self._asked_so_far
                        self._address = url
                        return url
                    case {"a": list(events), "sn": str(sn)}:
                        await self._take(self.tree, events, sn)
                    case _:
                        raise Unreachable("MEGA's events make no sense")
                answer = None

    async def _asked(self) -> dict[str, Any]:
        """What MEGA says to our number; if it can't tell any more what happened since, all is listed anew."""
        for _ in range(LISTINGS):
            self._asked_so_far += 1
            try:
                return await self.api.poll(self.tree.sn)
            except Outdated:
                log.info("mega_events_lost")
                await self.reload()
        raise Unreachable("MEGA can't tell what happened since its own listing")

    async def _take(self, tree: Tree, events: list[dict[str, Any]], sn: str) -> None:
        if tree.sn == sn:
            return
        found = await self.api.run(read, events, self.tag, self.api.session.master_key)
        async with self.quiet:
            if tree is not self._tree:
                return
            for step in in_steps(found):
                for event in step:
                    self._hear(where.apply(tree, event, self.top))
                await asyncio.sleep(0)
            tree.sn = sn


async def _end(*tasks: "asyncio.Task[Any] | None") -> None:
    """Break off what is under way, and wait until it has ended."""
    begun = [task for task in tasks if task is not None]
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)
