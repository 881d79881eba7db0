"""f, p, a, m, d: what is there, and how is it changed?"""

import time
from collections.abc import Iterable
from typing import Any

from tests.emulators.mega.codec import b64, new_handle, unb64
from tests.emulators.mega.commands import Call, command
from tests.emulators.mega.errors import Code, RefusedError
from tests.emulators.mega.share_commands import add_share_keys, fetch_public_folder
from tests.emulators.mega.tree import Kind, Node

NO_UPLOAD = "xxxxxxxx"
PASSED_ON = ("fa",)


@command("f")
def fetch(call: Call) -> Any:
    """The whole account, parents first."""
    if call.public_folder:
        return fetch_public_folder(call)
    account, tree = call.account, call.account.tree
    current: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    split = call.world.assume.versions_in_f2
    for node in tree.walk():
        (versions if split and tree.is_version(node) else current).append(node.to_json())
    identity = account.identity
    exported = [(h, link.node) for h, link in call.world.links.items() if link.email == account.email]
    return {
        "f": current,
        **({"f2": versions} if split else {}),
        "ok": [{"h": h, "k": k, "ha": ha} for h, (k, ha) in account.shares.items()],
        "s": [{"h": h, "u": "EXP", "r": 0, "ts": tree.nodes[h].created} for h in account.shares if h in tree.nodes],
        "u": [{"u": identity.handle, "c": 2, "m": identity.email}],
        "ph": [{"h": node, "ph": h, "ts": tree.nodes[node].created} for h, node in exported if node in tree.nodes],
        "sn": account.events.sn,
    }


@command("p")
def put(call: Call) -> Any:
    """New nodes: uploads made into files, folders, copies of nodes or of public files."""
    wanted = call.get("n", list)
    parent = call.account.tree.folder(call.get("t"))
    added: list[Node] = []
    errors: list[int] = []
    for item in wanted:
        try:
            added.append(_put_one(call, parent, item, {n.handle: n for n in added}))
            errors.append(0)
        except RefusedError as refusal:
            errors.append(refusal.code)
    if not added and errors:
        raise RefusedError(errors[0])
    add_share_keys(call.account.tree, call.request.get("cr"))
    for node in added:
        call.world.stored(call.account, node, "p")
    shown = [node.to_json() for node in added]
    _announce(call, [below for node in added for below in call.account.tree.walk(node.handle)])
    if call.world.assume.put_v4_answer and int(call.request.get("v", 0)) >= 4:
        return {"f": shown, "fh": [f"{node.handle}:{node.handle}" for node in added], "e": errors}
    return {"f": shown}


@command("a")
def set_attributes(call: Call) -> Any:
    """New attributes (a rename, a fingerprint, a label), and the key if the service takes it."""
    node = call.account.tree.own(call.get("n"))
    node.attributes = call.get("attr" if "attr" in call.request else "at")
    if call.world.assume.a_stores_key and isinstance(key := call.request.get("key"), str):
        node.key = key
    call.world.stored(call.account, node, "a")
    call.publish({"a": "u", "n": node.handle, "u": node.owner, "at": node.attributes, "ts": node.created})
    return 0


@command("m")
def move(call: Call) -> Any:
    """Hangs a node (with its versions and all below it) into another folder; the rubbish bin is one."""
    tree = call.account.tree
    node, target = tree.own(call.get("n")), tree.folder(call.get("t"))
    tree.move(node, target)
    call.publish({"a": "d", "n": node.handle, "m": 1})
    _announce(call, tree.walk(node.handle))
    return 0


@command("d")
def delete(call: Call) -> Any:
    """Deletes for good: a node with all below it, or with v:1 one version alone."""
    tree = call.account.tree
    node = tree.own(call.get("n"))
    alone = call.request.get("v") == 1 and node.kind is Kind.FILE
    older = tree.children(node.handle) if alone else []
    for version in older:
        tree.move(version, tree.nodes[node.parent])
    tree.remove(node)
    call.publish({"a": "d", "n": node.handle})
    for version in older:
        _announce(call, tree.walk(version.handle))
    return 0


def _announce(call: Call, nodes: Iterable[Node]) -> None:
    """These nodes are new, or stand elsewhere than before (as a version does below the file that replaced it)."""
    shown = [node.to_json() for node in nodes]
    call.publish({"a": "t", "t": {"f": shown}, "ou": call.account.identity.handle})


def _put_one(call: Call, parent: Node, item: Any, fresh: dict[str, Node]) -> Node:
    if not isinstance(item, dict) or item.get("t") not in (0, 1):
        raise RefusedError(Code.EARGS)
    attributes, key = item.get("a"), item.get("k")
    if not isinstance(attributes, str) or not isinstance(key, str):
        raise RefusedError(Code.EARGS)
    if isinstance(item.get("p"), str) and item["p"] in fresh:
        parent = fresh[item["p"]]
    node = Node(
        new_handle(),
        parent.handle,
        Kind(item["t"]),
        call.account.identity.handle,
        attributes,
        key,
        int(time.time()),
    )
    node.extras = {name: item[name] for name in PASSED_ON if isinstance(item.get(name), str)}
    if node.kind is Kind.FILE:
        _give_content(call, node, item)
    tree = call.account.tree
    if isinstance(replaced := item.get("ov"), str):
        old = tree.own(replaced)
        if old.kind is not node.kind or node.kind is not Kind.FILE:
            raise RefusedError(Code.EARGS)
        node.parent = old.parent
        tree.replace(old, node)
    else:
        tree.add(node)
    return node


def _give_content(call: Call, node: Node, item: dict[str, Any]) -> None:
    source: Node
    if isinstance(item.get("ph"), str):
        owner, link = call.link(item["ph"])
        source = owner.tree.nodes[link.node]
    elif (handle := item.get("h")) in call.account.tree.nodes:
        source = call.account.tree.nodes[handle]
    else:
        node.at, node.size = _claim_upload(call, handle)
        return
    if source.kind is not Kind.FILE:
        raise RefusedError(Code.EARGS)
    _refuse_over_quota(call, source.size)
    node.at, node.size = source.at, source.size


def _claim_upload(call: Call, token: object) -> tuple[int, int]:
    """A token is good for one node, of the account that uploaded."""
    upload = call.world.upload_tokens.get(_canonical(token)) if isinstance(token, str) else None
    if upload is None or upload.used or not upload.whole or upload.owner != call.account.email:
        raise RefusedError(Code.ENOENT)
    _refuse_over_quota(call, upload.size)
    upload.used = True
    return upload.at, upload.size


def _canonical(token: str) -> str:
    try:
        return b64(unb64(token))
    except ValueError:
        return token


def _refuse_over_quota(call: Call, size: int) -> None:
    if call.account.tree.used() + size > call.account.quota:
        raise RefusedError(Code.EOVERQUOTA)
