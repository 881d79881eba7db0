"""l, s2: what of an account is open to everybody who has the link?"""

from typing import Any

from tests.emulators.mega.account import Account
from tests.emulators.mega.commands import Call, command
from tests.emulators.mega.errors import Code, RefusedError
from tests.emulators.mega.tree import Kind, Tree


@command("l")
def link(call: Call) -> Any:
    """The public handle of a file, or of a folder that `s2` opened before; d:1 takes it back."""
    account = call.account
    node = account.tree.own(call.get("n"))
    if node.kind is Kind.FOLDER and node.handle not in account.shares:
        raise RefusedError(Code.EACCESS)
    if call.request.get("d") == 1:
        call.world.unlink(account, node)
        return 0
    return call.world.link(account, node)


@command("s2")
def share(call: Call) -> Any:
    """Opens a folder: everything below it gets its key once more, encrypted by the share's key."""
    account = call.account
    node = account.tree.own(call.get("n"))
    if node.kind is not Kind.FOLDER:
        raise RefusedError(Code.EARGS)
    users = call.get("s", list)
    if any(user.get("u") != "EXP" for user in users):
        raise RefusedError(Code.EARGS)
    if any(user.get("r", "") == "" for user in users):
        account.shares.pop(node.handle, None)
        call.world.unlink(account, node)
        return {"r": [0 for _ in users]}
    account.shares[node.handle] = (call.get("ok"), call.get("ha"))
    add_share_keys(account.tree, call.request.get("cr"))
    return {"ok": call.request["ok"], "ha": call.request["ha"], "r": [0 for _ in users]}


def add_share_keys(tree: Tree, cr: object) -> None:
    """`cr` = [shares, nodes, [share index, node index, key, …]]; the triples may also stand flat."""
    if not isinstance(cr, list) or len(cr) < 3:
        return
    shares, nodes = cr[0], cr[1]
    triples = cr[2] if isinstance(cr[2], list) else cr[2:]
    for at in range(0, len(triples) - 2, 3):
        share, node, key = (
            shares[int(triples[at])],
            tree.nodes.get(nodes[int(triples[at + 1])]),
            triples[at + 2],
        )
        if node is not None and isinstance(key, str):
            node.shared_keys[share] = key


def fetch_public_folder(call: Call) -> Any:
    """What a visitor sees of a public folder: keys only as the share encrypts them."""
    account, opened = call.link(call.public_folder)
    return {
        "f": public_nodes(account, opened.node),
        "ok": [],
        "s": [],
        "u": [],
        "sn": account.events.sn,
        "noc": 1,
    }


def public_nodes(account: Account, top: str) -> list[dict[str, Any]]:
    """The folder and everything below it."""
    return [node.to_json(share=top) for node in account.tree.walk(top)]
