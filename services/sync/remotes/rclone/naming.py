"""How is a path of ours written for rclone, and back?

Inside rclone no name holds a control character: `new<LF>line` is `new␊line`, and a real `␊` is `‛␊`. Each backend then
stores what it can. Helix's paths are plain, so they are translated at this border, and every name comes back as it was.
"""

import re

_QUOTE = "‛"
_TO = {**{chr(code): chr(0x2400 + code) for code in range(0x20)}, "\x7f": "␡"}
_BACK = {symbol: character for character, symbol in _TO.items()}
_SYMBOLS = "".join(_BACK)
_PLAIN = re.compile(rf"[\x00-\x1f\x7f]|[{_SYMBOLS}]|{_QUOTE}(?=[\x00-\x1f\x7f{_QUOTE}{_SYMBOLS}])")
_QUOTED = re.compile(rf"{_QUOTE}([{_QUOTE}{_SYMBOLS}])|[{_SYMBOLS}]")


def to_rclone(path: str) -> str:
    """The path as rclone's API wants it."""
    return _PLAIN.sub(lambda found: _TO.get(found[0], _QUOTE + found[0]), path)


def from_rclone(path: str) -> str:
    """The path as rclone's API gave it, in plain characters."""
    return _QUOTED.sub(lambda found: found[1] or _BACK[found[0]], path)
