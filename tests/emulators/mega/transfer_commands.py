"""u, g: where does content go to and come from?"""

from typing import Any

from tests.emulators.mega.commands import Call, command
from tests.emulators.mega.errors import Code, RefusedError
from tests.emulators.mega.spool import Download, Upload
from tests.emulators.mega.tree import Kind, Node


@command("u")
def upload_url(call: Call) -> Any:
    """An address for the chunks of a file of this size."""
    account = call.account
    size = call.get("s", int)
    if size < 0:
        raise RefusedError(Code.EARGS)
    if account.tree.used() + size > account.quota:
        raise RefusedError(Code.EOVERQUOTA)
    raw_token = int(call.request.get("v", 0)) >= 2
    upload = Upload(size, call.world.spool.reserve(size), raw_token, account.email)
    return {"p": f"{call.base}/ul/{call.world.open_upload(upload)}"}


@command("g")
def download_url(call: Call) -> Any:
    """Size, attributes and (with g:1) the address of a file; by its handle, or by its public one."""
    node = _wanted(call)
    if node.kind is not Kind.FILE:
        raise RefusedError(Code.EACCESS)
    answer: dict[str, Any] = {"s": node.size, "at": node.attributes, "msd": 1, "tl": 0} | node.extras
    if call.request.get("g") == 1:
        name = call.world.open_download(Download(node.at, node.size))
        answer["g"] = f"{call.base}/dl/{name}"
    return answer


def _wanted(call: Call) -> Node:
    if "p" in call.request:
        account, link = call.link(call.request["p"])
        return account.tree.nodes[link.node]
    if call.public_folder:
        account, link = call.link(call.public_folder)
        node = account.tree.get(call.get("n"))
        if not account.tree.is_within(node.handle, link.node):
            raise RefusedError(Code.ENOENT)
        return node
    return call.account.tree.get(call.get("n"))
