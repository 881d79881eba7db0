"""How does a person press a button, choose from a menu or send a form?"""

from typing import Any

from ..answering import require_visible
from ..errors import MisuseError
from ..interactions import Answer, Interaction, Kind
from ..platform import Platform
from ..rules.components import BUTTON, LABEL, ROW, SELECTS, STRING_SELECT, TEXT_INPUT, walk
from ..world import Message, User
from . import commands
from .interact import send

# the kind of a select menu: the type of command option that names the same things
OPTION_TYPES = {5: 6, 6: 8, 7: 6, 8: 7}


def find(platform: Platform, message: Message, which: str, kinds: set[int], user: User) -> dict[str, Any]:
    """The usable component with this custom id or label."""
    if message.id not in platform.world.messages:
        raise MisuseError("the message is gone")
    require_visible(message, user.id)
    for _, one in walk(message.components):
        if one["type"] in kinds and which in {one.get("custom_id"), one.get("label")}:
            if one.get("disabled"):
                raise MisuseError(f"{which} is disabled")
            return one
    raise MisuseError(f"the message has no {which}")


def click(platform: Platform, message: Message, which: str, user: User) -> Interaction:
    one = find(platform, message, which, {BUTTON}, user)
    if "custom_id" not in one:
        raise MisuseError(f"{which} is a link")
    return use(platform, message, one, user, {})


def choose(platform: Platform, message: Message, which: str, values: tuple[str, ...], user: User) -> Interaction:
    one = find(platform, message, which, SELECTS, user)
    least, most = one.get("min_values", 1), one.get("max_values", 1)
    if not least <= len(values) <= most:
        raise MisuseError(f"{which} takes {least} to {most} values")
    if one["type"] == STRING_SELECT and not set(values) <= {option["value"] for option in one["options"]}:
        raise MisuseError(f"{which} has no such options: {values}")
    extra: dict[str, Any] = {"values": list(values)}
    if one["type"] != STRING_SELECT:
        extra["resolved"] = resolved(platform, message, one["type"], values)
    return use(platform, message, one, user, extra)


def resolved(platform: Platform, message: Message, kind: int, values: tuple[str, ...]) -> dict[str, Any]:
    """The people, roles or channels chosen by id."""
    channel = platform.world.channels[message.channel_id]
    parameters = [{"name": value, "type": OPTION_TYPES[kind]} for value in values]
    return commands.resolved(platform, channel, parameters, {value: int(value) for value in values})


def use(platform: Platform, message: Message, one: dict[str, Any], user: User, extra: dict[str, Any]) -> Interaction:
    data = {"custom_id": one["custom_id"], "component_type": one["type"], "id": one["id"]} | extra
    channel = platform.world.channels[message.channel_id]
    return send(platform, Kind.COMPONENT, data, user, channel, name=one["custom_id"], source=message)


def submit(platform: Platform, asked: Interaction, values: dict[str, Any]) -> Interaction:
    """Fill in and send the form that an interaction was answered with."""
    if asked.answer is not Answer.MODAL:
        raise MisuseError(f"{asked.name} was not answered with a form")
    form = asked.data
    fields = {one["custom_id"]: one for _, one in walk(form["components"]) if "custom_id" in one}
    if values.keys() - fields.keys():
        raise MisuseError(f"the form has no fields {sorted(values.keys() - fields.keys())}")
    for name, one in fields.items():
        check_field(name, one, values.get(name, one.get("value", "")))
    filled = [fill(part, values) for part in form["components"]]
    data = {"custom_id": form["custom_id"], "components": filled}
    return send(platform, Kind.MODAL, data, asked.user, asked.channel, name=form["custom_id"], source=asked.source)


def check_field(name: str, one: dict[str, Any], value: Any) -> None:
    """A text within its bounds; a required one is not empty."""
    if one["type"] != TEXT_INPUT:
        return
    if one.get("required", True) and not value:
        raise MisuseError(f"{name} is required")
    if value and not one.get("min_length", 0) <= len(value) <= one.get("max_length", 4000):
        raise MisuseError(f"{name} is too short or too long")


def fill(part: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The part of the form as it comes back: ids and values only."""
    match part["type"]:
        case _ if part["type"] == ROW:
            return {"type": ROW, "id": 1, "components": [fill(one, values) for one in part["components"]]}
        case _ if part["type"] == LABEL:
            return {"type": LABEL, "id": 1, "component": fill(part["component"], values)}
        case _ if part["type"] == TEXT_INPUT:
            value = values.get(part["custom_id"], part.get("value", ""))
            return {"type": TEXT_INPUT, "id": 2, "custom_id": part["custom_id"], "value": value}
        case _ if part["type"] in SELECTS:
            chosen = list(values.get(part["custom_id"], []))
            return {"type": part["type"], "id": 2, "custom_id": part["custom_id"], "values": chosen}
    return {"type": part["type"], "id": 3}
