"""Could the account's owner read this node, and is its content what its key vouches for?"""

from collections.abc import Iterator

from tests.emulators.mega import crypto
from tests.emulators.mega.account import Account
from tests.emulators.mega.spool import Spool
from tests.emulators.mega.tree import Kind, Node


def why_unreadable(account: Account, node: Node, spool: Spool) -> str | None:
    """Why not, or None if all is well. Empty files' MACs are not judged: the clients don't agree on them."""
    if node.kind > Kind.FOLDER or not account.identity.master_key:
        return None
    try:
        account.attributes(node)
        if node.kind is Kind.FILE and node.size:
            key = account.file_key(node)
            mac = crypto.meta_mac(key.key, key.nonce, _plain_chunks(key, node, spool))
            if mac != key.mac:
                return f"the MAC of its {node.size} bytes is {mac.hex()}, its key says {key.mac.hex()}"
    except ValueError as error:
        return str(error)
    return None


def _plain_chunks(key: crypto.FileKey, node: Node, spool: Spool) -> Iterator[bytes]:
    for start, end in crypto.chunk_bounds(node.size):
        yield crypto.ctr(key.key, key.nonce, start, spool.read(node.at + start, end - start))
