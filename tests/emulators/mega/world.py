"""What does the whole service know? The state behind every endpoint, and no transport."""

import dataclasses
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from aiohttp import web

from tests.emulators.mega.account import DEFAULT_QUOTA, Account
from tests.emulators.mega.audit import why_unreadable
from tests.emulators.mega.codec import b64, new_handle
from tests.emulators.mega.faults import FaultPlan
from tests.emulators.mega.identity import Identity, Session
from tests.emulators.mega.record import Record
from tests.emulators.mega.settings import Assumptions, HashcashRule, Limits
from tests.emulators.mega.spool import Download, Spool, Upload
from tests.emulators.mega.tree import Node

LARGE = 4 * 1024**2
"""From this size on content is audited in a thread, so that the server goes on answering."""


@dataclass(frozen=True, slots=True)
class PublicLink:
    """What `l` made."""

    email: str
    node: str


class World:
    """Accounts, sessions, transfers, links; access goes through `lock`: tests look in from other threads."""

    def __init__(self, limits: Limits | None = None, assume: Assumptions | None = None) -> None:
        self.limits = limits or Limits()
        self.assume = assume or Assumptions()
        self.faults = FaultPlan()
        self.record = Record()
        self.transfer_host = ""
        """Host (and port) in transfer addresses; by default the one that the client asked."""
        self.hashcash: HashcashRule | None = None
        self.lock = threading.RLock()
        self.spool = Spool()
        self.accounts: dict[str, Account] = {}
        self.sessions: dict[str, Session] = {}
        self.uploads: dict[str, Upload] = {}
        self.upload_tokens: dict[str, Upload] = {}
        self.downloads: dict[str, Download] = {}
        self.links: dict[str, PublicLink] = {}
        self.now: Callable[[], float] = time.time
        self._findings: list[str] = []
        self._checked: set[tuple[str, str, str]] = set()
        self._auditor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mega-audit")
        self._pending: list[Future[None]] = []

    def add_account(
        self,
        email: str,
        password: str,
        *,
        version: int = 2,
        mfa: str | None = None,
        quota: int = DEFAULT_QUOTA,
    ) -> Account:
        """A new account; `version` 1 or 2, `mfa` = the second factor that its logins must bring."""
        return self.adopt(Identity.of_password(email, password, version=version, mfa=mfa), quota=quota)

    def adopt(self, identity: Identity, *, quota: int = DEFAULT_QUOTA) -> Account:
        """An account for this identity."""
        account = Account(identity, self.spool, self.lock, quota=quota)
        with self.lock:
            self.accounts[identity.email.lower()] = account
        return account

    def base(self, request: web.Request) -> str:
        """What the addresses handed to this client begin with."""
        return f"{request.scheme}://{self.transfer_host or request.host}"

    def login(self, identity: Identity) -> Session:
        """Opens a session."""
        session = Session.open(identity)
        self.sessions[session.sid] = session
        return session

    def end_sessions(self) -> None:
        """All clients are logged out, as when a password is changed elsewhere."""
        with self.lock:
            self.sessions.clear()

    def expire_urls(self) -> None:
        """All transfer addresses handed out so far are void."""
        with self.lock:
            for upload in self.uploads.values():
                upload.expired = True
            for download in self.downloads.values():
                download.expired = True

    def account_of(self, sid: str) -> Account | None:
        """Whose session is this?"""
        session = self.sessions.get(sid)
        return self.accounts.get(session.email.lower()) if session else None

    def open_upload(self, upload: Upload) -> str:
        """The address part for its chunks."""
        name = b64(secrets.token_bytes(18))
        self.uploads[name] = upload
        self.upload_tokens[upload.token_text] = upload
        return name

    def open_download(self, download: Download) -> str:
        """The address part for its content."""
        name = b64(secrets.token_bytes(18))
        self.downloads[name] = download
        return name

    def link(self, account: Account, node: Node) -> str:
        """The public handle of a node; the same one each time."""
        wanted = PublicLink(account.email, node.handle)
        for handle, link in self.links.items():
            if link == wanted:
                return handle
        handle = new_handle()
        self.links[handle] = wanted
        return handle

    def unlink(self, account: Account, node: Node) -> None:
        """Its public handle, if it has one, is void."""
        self.links = {h: link for h, link in self.links.items() if link != PublicLink(account.email, node.handle)}

    def stored(self, account: Account, node: Node, command: str) -> None:
        """A client has written a node: is it readable?"""
        if not self.limits.verify:
            return
        if node.size < LARGE:
            self._check(account, node, command)
        else:
            # a copy, for the node may be changed or gone before its turn
            self._pending.append(self._auditor.submit(self._check, account, dataclasses.replace(node), command))

    def unreadable(self) -> list[str]:
        """Everything that clients stored so that its owner can't read it, even if it is gone by now."""
        while self._pending:
            self._pending.pop().result()
        with self.lock:
            for account in self.accounts.values():
                for node in account.tree.nodes.values():
                    self._check(account, node, "later")
            return list(self._findings)

    def close(self) -> None:
        """Wakes all who wait and gives the disk space back."""
        for account in self.accounts.values():
            account.events.wake()
        self._auditor.shutdown(cancel_futures=True)
        self.spool.close()

    def _check(self, account: Account, node: Node, command: str) -> None:
        mark = (node.handle, node.key, node.attributes)
        if mark in self._checked:
            return
        self._checked.add(mark)
        if reason := why_unreadable(account, node, self.spool):
            self._findings.append(f"{command} {node.handle}: {reason}")
