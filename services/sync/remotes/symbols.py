"""How does a name with control characters travel to a cloud, and back?

As rclone does it, so that both engines agree: `new<LF>line` is stored as `new␊line`, and a real `␊` as `‛␊`.
Helix's paths are plain; they are translated at the border of a remote, and every name comes back as it was.
"""

import re

_QUOTE = "‛"
_TO = {**{chr(code): chr(0x2400 + code) for code in range(0x20)}, "\x7f": "␡"}
_BACK = {symbol: character for character, symbol in _TO.items()}
_SYMBOLS = "".join(_BACK)
_PLAIN = re.compile(rf"[\x00-\x1f\x7f]|[{_SYMBOLS}]|{_QUOTE}(?=[\x00-\x1f\x7f{_QUOTE}{_SYMBOLS}])")
_QUOTED = re.compile(rf"{_QUOTE}([{_QUOTE}{_SYMBOLS}])|[{_SYMBOLS}]")


def to_symbols(path: str) -> str:
    """The path as a cloud gets it."""
    return _PLAIN.sub(lambda found: _TO.get(found[0], _QUOTE + found[0]), path)


def from_symbols(path: str) -> str:
    """The path in plain characters."""
    return _QUOTED.sub(lambda found: found[1] or _BACK[found[0]], path)
