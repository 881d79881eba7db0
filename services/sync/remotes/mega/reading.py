"""How is a listing of fifty thousand nodes, or as many events, parsed without holding up the event loop?

`json.loads` holds the GIL for the whole text, a tenth of a second for such an account. Here an array of nodes is
decoded some hundred at a time, so that the loop gets its turn in between.
"""

import json
import re
from typing import Any

_SPACE = re.compile(r"\s*")
_decode = json.JSONDecoder().raw_decode

LARGE = 100_000
SLICE = 64 * 1024
"""Characters that are decoded in one step, half a millisecond."""
_BORDER = "},{"


def parse(text: str) -> Any:
    """Like `json.loads`, in small steps for a large `[{"f": […], …}]` or `{"a": […], …}`. Raises ValueError."""
    if len(text) < LARGE or not text.startswith(("[{", "{")):
        return json.loads(text)
    alone = text[0] == "{"
    found, at = _object(text, 0 if alone else 1)
    if text[at:].strip() != ("" if alone else "]"):
        raise ValueError("more than one result")
    return found if alone else [found]


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
    at += 1
    while True:
        items, at, whole = _some_items(text, at)
        found += items
        if whole:
            return found, at


def _some_items(text: str, at: int) -> tuple[list[Any], int, bool]:
    """The next items of an array, where the text goes on, and whether the array ends there.

    The text is cut where one object ends and the next begins. Such a place may also lie in a string or deeper: then the
    piece is no JSON, and a longer one is tried.
    """
    length = SLICE
    while True:
        cut = text.rfind(_BORDER, at, at + length) if at + length < len(text) else -1
        piece = f"[{text[at:]}" if cut < 0 else f"[{text[at : cut + 1]}]"
        try:
            items, end = _decode(piece)
        except ValueError:
            if cut < 0:
                raise
            length *= 2
            continue
        if cut < 0 or end < len(piece):
            return items, at + end - 1, True
        return items, cut + 2, False


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
