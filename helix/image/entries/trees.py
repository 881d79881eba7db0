"""How are YAML, TOML and JSON of a checked repository read, safely and with line numbers?

A bomb of aliases or a nesting without end is answered with "nothing there", never with a crash. YAML nodes keep their
lines; a plain value is asked for with `plain`.
"""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

MOST_NODES = 20_000
LARGEST = 1 << 20


def documents(text: str) -> list[yaml.Node]:
    """Read the YAML documents of a text; an unreadable one is none."""
    if len(text) > LARGEST or text.count("[") + text.count("{") > MOST_NODES:
        return []
    try:
        return [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    except (yaml.YAMLError, RecursionError, ValueError):
        return []


def child(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    """Go down mappings by key."""
    for key in path:
        node = next((value for name, value in pairs(node) if name == key), None)
    return node


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """Yield the keys and values of a mapping, those merged by `<<` included."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.value == "<<" and isinstance(value, yaml.MappingNode) and value is not node:
            yield from ((name.value, inner) for name, inner in value.value if isinstance(name, yaml.ScalarNode))
        else:
            yield key.value, value


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """Give the items of a sequence."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def plain(node: yaml.Node | None) -> str:
    """Give a scalar as text."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def strings(node: yaml.Node | None) -> list[str]:
    """Give a sequence of scalars as texts."""
    return [plain(item) for item in items(node) if isinstance(item, yaml.ScalarNode)]


def line(node: yaml.Node | None) -> int:
    """Give the line of a node, counted from 1."""
    return node.start_mark.line + 1 if node is not None else 1


def toml(text: str) -> dict[str, Any]:
    """Read TOML; an unreadable text is empty."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def json_object(text: str) -> dict[str, Any]:
    """Read a JSON object; an unreadable text is empty."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def line_of(text: str, needle: str) -> int:
    """Give the first line that holds a text, counted from 1."""
    return next((number for number, row in enumerate(text.splitlines(), start=1) if needle in row), 1)
