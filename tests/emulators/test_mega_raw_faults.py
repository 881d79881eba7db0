"""What does raw mega.py do at each misfortune of the matrix? The reason why Helix does not use it as it is."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulators.mega import Account, MegaServer
from tests.emulators.mega.fault_matrix import HANGS, MATRIX, OK, SOURCE, TARGET, Act, Case
from tests.emulators.mega.judges.judge import Login
from tests.emulators.mega.judges.megapy import MegaPy

END_SECONDS = 15.0
EMAIL, PASSWORD = "me@example.org", "secret"


class Attempt:
    """One act in a thread of its own, as it may never end."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._said = OK
        self._thread = threading.Thread(target=self._run, args=(act,), daemon=True)
        self._thread.start()

    def said(self, patience: float) -> str:
        """The exception's name, ok, or hangs."""
        self._thread.join(patience)
        return HANGS if self._thread.is_alive() else self._said

    def end(self) -> None:
        """Waits for a thread that nothing holds up any more."""
        self._thread.join(END_SECONDS)
        assert not self._thread.is_alive()

    def _run(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, is the result
            self._said = type(error).__name__


def act_of(case: Case, raw: MegaPy, me: Account, work: Path) -> Callable[[], object]:
    """What the client will do, prepared up to the point where the misfortune waits."""
    if case.act is Act.LOGIN:
        return lambda: raw.client.login(EMAIL, PASSWORD)
    raw.client.login(EMAIL, PASSWORD)
    match case.act:
        case Act.LIST:
            return lambda: raw.client.get_files()  # noqa: PLW0108 - mega.py has no types
        case Act.UPLOAD:
            work.joinpath(TARGET).write_bytes(bytes(case.size))
            return lambda: raw.client.upload(str(work / TARGET), me.tree.root.handle)
        case Act.DOWNLOAD:
            handle = me.put(SOURCE, bytes(range(250)) * (case.size // 250) + bytes(case.size % 250))
            node = raw.client.get_files()[handle]
            return lambda: raw.client.download((handle, node), str(work), TARGET)


@pytest.mark.parametrize("case", MATRIX, ids=lambda case: f"{case.act}: {case.name}")
def test_raw_mega_py_meets_it_so(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with MegaServer() as server:
        me = server.add_account(EMAIL, PASSWORD)
        act = act_of(case, MegaPy(Login(server.url, EMAIL, PASSWORD), tmp_path), me, tmp_path)
        case.arm(server)

        attempt = Attempt(act)
        said = attempt.said(case.patience)
        left = [entry.path for entry in me.entries()].count(TARGET)
        server.heal()

        assert said == case.raw
        assert case.copies in (None, left)
    attempt.end()
