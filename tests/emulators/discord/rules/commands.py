"""Is this application command such as Discord registers?  (Names, descriptions, options, choices, sizes.)"""

import re
from typing import Any

from ..errors import ApiError, Form

CHAT_INPUT, USER, MESSAGE, ENTRY_POINT = 1, 2, 3, 4
SUB_COMMAND, SUB_GROUP = 1, 2
STRING, INTEGER, NUMBER = 3, 4, 10
NAME = re.compile(r"^[-_'\w]{1,32}$")
TOTAL = 8000
MOST = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15, ENTRY_POINT: 1}


def check(command: dict[str, Any], path: str = "") -> None:
    """Raise 50035 with all that is wrong in one command."""
    form = Form()
    note(form, command, path)
    form.raise_if_wrong()


def check_all(commands: list[Any]) -> None:
    """Raise for a whole set: each command, names used twice, too many of a kind."""
    form = Form()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        note(form, command, f"{index}.")
        key = (command.get("type", CHAT_INPUT), command.get("name", ""))
        form.require(
            key not in seen,
            f"{index}.name",
            "APPLICATION_COMMANDS_DUPLICATE_NAME",
            "Application command names must be unique",
        )
        seen.add(key)
    form.raise_if_wrong()
    for kind, most in MOST.items():
        if sum(1 for command in commands if command.get("type", CHAT_INPUT) == kind) > most:
            raise ApiError(400, 30032, f"Maximum number of application commands reached ({most})")


def note(form: Form, command: dict[str, Any], path: str) -> None:
    """Note the faults of one command."""
    kind = command.get("type", CHAT_INPUT)
    if kind == CHAT_INPUT:
        name(form, command, path)
        form.text(command.get("description", ""), f"{path}description", 100, 1)
        options(form, command.get("options") or [], f"{path}options", depth=0)
    else:
        form.text(command.get("name", ""), f"{path}name", 32, 1)
        form.require(
            not command.get("description"),
            f"{path}description",
            "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
            "Context menu commands cannot have description",
        )
    permissions = command.get("default_member_permissions")
    if permissions is not None:
        form.require(
            str(permissions).isdigit(),
            f"{path}default_member_permissions",
            "BITSET_TYPE_CONVERT",
            "Could not interpret value as a bitset.",
        )
    form.require(
        size(command) <= TOTAL,
        f"{path}name",
        "APPLICATION_COMMAND_TOO_LARGE",
        f"Command exceeds maximum size ({TOTAL})",
    )


def name(form: Form, node: dict[str, Any], path: str) -> None:
    """Lower case letters, digits, dash and underscore, at most 32."""
    value = node.get("name", "")
    form.text(value, f"{path}name", 32, 1)
    form.require(
        bool(NAME.match(str(value))) and value == str(value).lower(),
        f"{path}name",
        "APPLICATION_COMMAND_INVALID_NAME",
        "Command name is invalid",
    )


def options(form: Form, found: list[dict[str, Any]], path: str, depth: int) -> None:
    """Up to 25 parameters, or subcommands and groups, never both; required ones first."""
    form.require(len(found) <= 25, path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    nested = [one.get("type") in {SUB_COMMAND, SUB_GROUP} for one in found]
    form.require(
        all(nested) or not any(nested),
        path,
        "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        "Sub-command option types are mutually exclusive to all other types",
    )
    names: set[str] = set()
    optional = False
    for index, one in enumerate(found):
        here = f"{path}.{index}."
        name(form, one, here)
        form.text(one.get("description", ""), f"{here}description", 100, 1)
        form.require(
            one.get("name") not in names,
            f"{here}name",
            "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
            "Option name is not unique",
        )
        names.add(one.get("name", ""))
        form.require(
            not (optional and one.get("required")),
            f"{here}required",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
            "Required options must be placed before non-required options",
        )
        optional = optional or not one.get("required")
        option(form, one, here, depth)


def option(form: Form, one: dict[str, Any], path: str, depth: int) -> None:
    """One parameter, subcommand or group."""
    kind = one.get("type")
    if kind in {SUB_COMMAND, SUB_GROUP}:
        deepest = 1 if kind == SUB_COMMAND else 0
        form.require(depth <= deepest, f"{path}type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
        inside = one.get("options") or []
        if kind == SUB_GROUP:
            form.require(
                all(o.get("type") == SUB_COMMAND for o in inside),
                f"{path}options",
                "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                "A group holds subcommands only",
            )
        options(form, inside, f"{path}options", depth + 1)
        return
    form.require(kind in range(3, 12), f"{path}type", "BASE_TYPE_CHOICES", "Value must be one of (1, …, 11).")
    choices(form, one, path)


def choices(form: Form, one: dict[str, Any], path: str) -> None:
    """Up to 25 fixed choices, unique by name, of the parameter's own type, never with autocomplete."""
    found = one.get("choices") or []
    form.require(len(found) <= 25, f"{path}choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    form.require(
        not (found and one.get("autocomplete")),
        f"{path}autocomplete",
        "APPLICATION_COMMAND_OPTIONS_CHOICES_AND_AUTOCOMPLETE",
        "Choices and autocomplete are mutually exclusive",
    )
    form.require(
        not one.get("autocomplete") or one.get("type") in {STRING, INTEGER, NUMBER},
        f"{path}autocomplete",
        "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_TYPE",
        "Autocomplete needs a text or number",
    )
    names = [choice.get("name") for choice in found]
    form.require(
        len(set(names)) == len(names),
        f"{path}choices",
        "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS",
        "An option choice name is used twice",
    )
    wanted: type | tuple[type, ...] = {STRING: str, INTEGER: int}.get(one.get("type", 0), (int, float))
    for index, choice in enumerate(found):
        form.text(choice.get("name", ""), f"{path}choices.{index}.name", 100, 1)
        form.require(
            isinstance(choice.get("value"), wanted),
            f"{path}choices.{index}.value",
            "BASE_TYPE_CHOICES",
            "The value is not of the option's type",
        )


def size(node: dict[str, Any]) -> int:
    """Characters of all names, descriptions and values of a command, as Discord counts them."""
    own = len(str(node.get("name", ""))) + len(str(node.get("description", "")))
    own += sum(len(str(c.get("name", ""))) + len(str(c.get("value", ""))) for c in node.get("choices") or [])
    return own + sum(size(inner) for inner in node.get("options") or [])
