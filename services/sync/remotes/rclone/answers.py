"""How is a long listing of rclone read without holding up the event loop?

`json.loads` keeps the interpreter to itself until it is done: 200,000 entries take half a second, in a thread too.
Read entry by entry, in a thread, it lets the loop run in between, and the entries need not all be there at once.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

_START = re.compile(r'\s*\{\s*"list"\s*:\s*(?:\[|null)')
_BETWEEN = re.compile(r"[\s,]*")
_END = re.compile(r"\s*(?:\]\s*)?\}\s*")
_DECODER = json.JSONDecoder()


def listed(body: bytes) -> Iterator[dict[str, Any]]:
    """The entries of an answer of `operations/list`; ValueError if it is anything else, or ends too early."""
    text = body.decode()
    start = _START.match(text)
    if start is None:
        raise ValueError("it is no listing")
    position = start.end()
    while text.startswith("{", position := _end(_BETWEEN.match(text, position), position)):
        item, position = _DECODER.raw_decode(text, position)
        yield item
    if _END.fullmatch(text, position) is None:
        raise ValueError("it is not whole")


def _end(found: "re.Match[str] | None", position: int) -> int:
    return found.end() if found else position
