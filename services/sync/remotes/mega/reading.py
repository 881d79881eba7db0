"""How is a listing of fifty thousand nodes parsed without holding up the event loop?

`json.loads` holds the GIL for the whole text, a quarter of a second for such an account. Here the nodes are decoded one
by one, so that the loop gets its turn in between.
"""

import json
import re
from typing import Any

_SPACE = re.compile(r"\s*")
_decode = json.JSONDecoder().raw_decode

LARGE = 100_000


def parse(text: str) -> Any:
    """Like `json.loads`, in small steps for a large `[{"f": […], …}]`. Raises ValueError."""
    if len(text) < LARGE or not text.startswith("[{"):
        return json.loads(text)
    found, at = _object(text, 1)
    if text[at:].strip() != "]":
        raise ValueError("more than one result")
    return [found]


def _object(text: str, at: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        key, at = _decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        found[key], at = _array(text, at) if text[at] == "[" else _decode(text, at)
        at = _after_comma(text, at)
    return found, at + 1


def _array(text: str, at: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        item, at = _decode(text, at)
        found.append(item)
        at = _after_comma(text, at)
    return found, at + 1


def _after_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    match text[at : at + 1]:
        case ",":
            return _skip(text, at + 1)
        case "}" | "]":
            return at
        case _:
            raise ValueError("the text ends too early")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
