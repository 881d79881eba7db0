"""Has this body the types that Discord reads?  (Checked first, so that the other rules may trust them.)"""

from typing import Any

from ..errors import Form

Shape = Any  # a tuple of types, a list with one shape, an object's shapes by key, or the name of a shape

TEXT = (str,)
WHOLE = (int,)
FLAG = (bool,)
NUMBER = (int, float)
SCALAR = (str, int, float)
ID = (str, int)

NAMES: dict[str, Shape] = {
    "embed": {
        "title": TEXT,
        "description": TEXT,
        "url": TEXT,
        "color": WHOLE,
        "timestamp": TEXT,
        "footer": {"text": TEXT, "icon_url": TEXT},
        "author": {"name": TEXT, "url": TEXT, "icon_url": TEXT},
        "image": {"url": TEXT},
        "thumbnail": {"url": TEXT},
        "fields": [{"name": TEXT, "value": TEXT, "inline": FLAG}],
    },
    "component": {
        "type": WHOLE,
        "id": WHOLE,
        "style": WHOLE,
        "label": TEXT,
        "description": TEXT,
        "custom_id": TEXT,
        "url": TEXT,
        "disabled": FLAG,
        "required": FLAG,
        "placeholder": TEXT,
        "value": TEXT,
        "content": TEXT,
        "min_values": WHOLE,
        "max_values": WHOLE,
        "min_length": WHOLE,
        "max_length": WHOLE,
        "options": [{"label": TEXT, "value": TEXT, "description": TEXT, "default": FLAG}],
        "components": ["component"],
        "component": "component",
        "accessory": "component",
    },
    "option": {
        "type": WHOLE,
        "name": TEXT,
        "description": TEXT,
        "required": FLAG,
        "autocomplete": FLAG,
        "min_value": NUMBER,
        "max_value": NUMBER,
        "min_length": WHOLE,
        "max_length": WHOLE,
        "channel_types": [WHOLE],
        "choices": [{"name": TEXT, "value": SCALAR}],
        "options": ["option"],
    },
}
MESSAGE: Shape = {
    "content": TEXT,
    "nonce": ID,
    "enforce_nonce": FLAG,
    "flags": WHOLE,
    "tts": FLAG,
    "username": TEXT,
    "embeds": ["embed"],
    "components": ["component"],
    "allowed_mentions": {"parse": [TEXT], "users": [ID], "roles": [ID], "replied_user": FLAG},
    "message_reference": {"message_id": ID, "channel_id": ID, "guild_id": ID, "fail_if_not_exists": FLAG},
    "attachments": [{"id": ID, "filename": TEXT, "description": TEXT}],
    "sticker_ids": [ID],
}
COMMAND: Shape = {
    "type": WHOLE,
    "name": TEXT,
    "description": TEXT,
    "nsfw": FLAG,
    "dm_permission": FLAG,
    "default_member_permissions": ID,
    "contexts": [WHOLE],
    "integration_types": [WHOLE],
    "options": ["option"],
}
FORM: Shape = {"title": TEXT, "custom_id": TEXT, "components": ["component"]}
CHOICES: Shape = {"choices": [{"name": TEXT, "value": SCALAR}]}
IDENTIFY: Shape = {"token": TEXT, "properties": {}, "intents": WHOLE, "shard": [WHOLE], "presence": {}}
RESUME: Shape = {"token": TEXT, "session_id": TEXT, "seq": WHOLE}
PRESENCE: Shape = {"since": NUMBER, "activities": [{}], "status": TEXT, "afk": FLAG}
MEMBERS: Shape = {"query": TEXT, "limit": WHOLE, "nonce": TEXT, "presences": FLAG}

REFUSALS: dict[Any, tuple[str, str]] = {
    TEXT: ("STRING_TYPE_CONVERT", "Could not interpret value as string."),
    FLAG: ("BOOLEAN_TYPE_CONVERT", "Must be either true or false."),
    WHOLE: ("NUMBER_TYPE_COERCE", "Value is not int."),
    NUMBER: ("NUMBER_TYPE_COERCE", "Value is not a number."),
    ID: ("NUMBER_TYPE_COERCE", "Value is not snowflake."),
    SCALAR: ("UNION_TYPE_CHOICES", "Value is none of the types."),
}


def shaped(body: Any, shape: Shape, path: str = "") -> Any:
    """The body with nulls left out below its top level; 50035 where a type is wrong."""
    form = Form()
    conform(form, path or "_", body, shape)
    form.raise_if_wrong()
    return {key: without_nulls(value) for key, value in body.items()}


def fits(body: Any, shape: Shape) -> bool:
    """Whether the body has the shape."""
    form = Form()
    conform(form, "_", body, shape)
    return not form.wrongs


def conform(form: Form, path: str, value: Any, shape: Shape) -> None:
    """Note each value of another type than its shape; null stands for absence."""
    shape = NAMES[shape] if isinstance(shape, str) else shape
    if isinstance(shape, tuple):
        right = isinstance(value, shape) and not (isinstance(value, bool) and bool not in shape)
        form.require(right, path, *REFUSALS[shape])
    elif isinstance(shape, list):
        if form.require(isinstance(value, list), path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"):
            for index, one in enumerate(value):
                conform(form, below(path, index), one, shape[0])
    elif form.require(
        isinstance(value, dict), path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType"
    ):
        for key in shape.keys() & value.keys():
            if value[key] is not None:
                conform(form, below(path, key), value[key], shape[key])


def below(path: str, key: str | int) -> str:
    return str(key) if path == "_" else f"{path}.{key}"


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value
