"""What does raw mega.py make of the server, with all its faults?"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mega import Mega
from mega.errors import RequestError

from tests.emulators.mega.judges.judge import Login

RAISES = (IndexError, KeyError, RequestError, UnboundLocalError, UnicodeError, ValueError)


class MegaPy:
    """mega.py 1.0.8 as it is, pointed at the server by its own `schema` and `domain`."""

    name = "mega.py"

    def __init__(self, login: Login, work: Path) -> None:
        self.client = Mega()
        self.client.schema, self.client.domain = "http", "x@" + login.url.removeprefix("http://")
        self._login = login
        self._work = work

    def write(self, folder: Path, remote: str) -> Mapping[str, str]:
        self._ensure_session()
        handle = self.client.create_folder(remote)[remote]
        return _attempts(
            {path.name: partial(self.client.upload, str(path), handle) for path in sorted(folder.iterdir())}
        )

    def read(self, remote: str, into: Path) -> Mapping[str, str]:
        self._ensure_session()
        nodes = self.client.get_files()
        parent = next(h for h, node in nodes.items() if node["t"] == 1 and node["a"]["n"] == remote)
        files = {repaired(n["a"]["n"]): (h, n) for h, n in nodes.items() if n["p"] == parent and n["t"] == 0}
        return _attempts({name: partial(self.client.download, node, str(into), name) for name, node in files.items()})

    def _ensure_session(self) -> None:
        if not self.client.sid:
            self.client.login(self._login.email, self._login.password)


def repaired(name: str) -> str:
    """A name as it was meant: mega.py decodes UTF-8 as latin-1."""
    try:
        return name.encode("latin-1").decode()
    except UnicodeError:
        return name


def _attempts(acts: Mapping[str, Callable[[], Any]]) -> dict[str, str]:
    failures = {}
    for name, act in acts.items():
        try:
            act()
        except RAISES as error:
            failures[name] = type(error).__name__
    return failures
