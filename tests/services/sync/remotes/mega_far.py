"""What does the owner of a MEGA account do in a folder that Helix keeps, and what is there for them to see?"""

from services.sync.reserved import RESERVED
from tests.emulators.mega import Account


class MegaFar:
    """One folder of an account, as its owner sees it in another client."""

    def __init__(self, account: Account, folder: str) -> None:
        self._account = account
        self._prefix = f"{folder}/"

    def files(self, *, own: bool = False) -> dict[str, bytes]:
        found = self._account.files()
        inside = {p.removeprefix(self._prefix): content for p, content in found.items() if p.startswith(self._prefix)}
        return {path: content for path, content in inside.items() if own or not path.startswith(f"{RESERVED}/")}

    def write(self, path: str, content: bytes) -> None:
        self._account.replace(self._prefix + path, content)

    def delete(self, path: str) -> None:
        self._account.remove(self._prefix + path)

    def move(self, path: str, to: str) -> None:
        self._account.rename(self._prefix + path, to.rpartition("/")[2])
