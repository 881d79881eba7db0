"""Does each caller learn all that happened before its call, with as few questions as that takes?"""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.sync.remotes.mega.account import Account
from services.sync.remotes.mega.api import Api
from services.sync.remotes.mega.kept import TreeFile
from services.sync.remotes.mega.tree import Tree

NOTHING = {"w": "http://mega.invalid/wait"}
SOMETHING = {"a": [], "sn": "later"}


class Slow:
    """An API whose answers the test gives, one question after the other."""

    session = SimpleNamespace(master_key=bytes(16))

    def __init__(self) -> None:
        self.asked: list[asyncio.Future[dict[str, Any]]] = []

    async def poll(self, _sn: str) -> dict[str, Any]:
        self.asked.append(asyncio.get_running_loop().create_future())
        return await self.asked[-1]

    async def run(self, work: Any, *arguments: Any) -> Any:
        return work(*arguments)


@pytest.fixture
def api() -> Slow:
    return Slow()


@pytest.fixture
def account(api: Slow, tmp_path: Path) -> Account:
    account = Account(cast(Api, api), TreeFile(tmp_path, "me@example.org"))
    account._tree = Tree("sn")
    return account


async def settled() -> None:
    """Everybody has gone as far as the answers allow."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_question_that_was_put_before_the_call_serves_no_caller_after_it(api: Slow, account: Account) -> None:
    first = asyncio.create_task(account.fresh())
    await settled()
    later = [asyncio.create_task(account.fresh()) for _ in range(3)]
    await settled()

    api.asked[0].set_result(NOTHING)
    await settled()

    assert (first.done(), [one.done() for one in later], len(api.asked)) == (True, [False] * 3, 2)
    api.asked[1].set_result(NOTHING)
    await asyncio.gather(*later)
    assert len(api.asked) == 2


async def test_the_question_that_follows_an_event_serves_who_called_meanwhile(api: Slow, account: Account) -> None:
    first = asyncio.create_task(account.fresh())
    await settled()
    later = asyncio.create_task(account.fresh())
    await settled()

    api.asked[0].set_result(SOMETHING)
    await settled()
    api.asked[1].set_result(NOTHING)
    await settled()

    assert (first.done(), later.done(), len(api.asked)) == (True, True, 2)
    assert account.tree.sn == "later"
