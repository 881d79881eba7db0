"""Are these buttons, selects, layouts and form fields such as Discord takes?"""

from typing import Any

from ..errors import Form

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = {3, 5, 6, 7, 8}
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = (
    9,
    10,
    11,
    12,
    13,
    14,
    17,
    18,
    19,
)
LAYOUT = {SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER}
LINK, PREMIUM = 5, 6


def check_message(form: Form, found: Any, *, v2: bool = False) -> None:
    """The components of a message: five rows of five, or forty of any kind with the V2 flag."""
    if not isinstance(found, list):
        form.wrong("components", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    everything = list(walk(found))
    most = 40 if v2 else 5
    counted = len(everything) if v2 else len(found)
    form.require(counted <= most, "components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {most} in length.")
    seen: set[str] = set()
    for path, one in everything:
        kind = one.get("type")
        allowed = {ROW, BUTTON} | SELECTS | (LAYOUT if v2 else set())
        if form.require(
            kind in allowed, f"{path}.type", "BASE_TYPE_CHOICES", "Value must be one of the component types."
        ):
            component(form, path, one, seen)
    if not v2:
        for index, one in enumerate(found):
            form.require(
                one.get("type") == ROW,
                f"components.{index}.type",
                "BASE_TYPE_CHOICES",
                "Value must be one of {1}.",
            )


def walk(nodes: list[dict[str, Any]], path: str = "components") -> list[tuple[str, dict[str, Any]]]:
    """Every component with the path to it, parents first."""
    found: list[tuple[str, dict[str, Any]]] = []
    for index, node in enumerate(nodes):
        here = f"{path}.{index}"
        found.append((here, node))
        found += walk(node.get("components") or [], f"{here}.components")
        for key in ("accessory", "component"):
            if isinstance(node.get(key), dict):
                found.append((f"{here}.{key}", node[key]))
    return found


def component(form: Form, path: str, one: dict[str, Any], seen: set[str]) -> None:
    """Check one component by its kind."""
    kind = one["type"]
    if kind == ROW:
        row(form, path, one.get("components") or [])
    elif kind == BUTTON:
        button(form, path, one, seen)
    elif kind in SELECTS:
        select(form, path, one, seen)
    elif kind == TEXT_INPUT:
        text_input(form, path, one, seen)
    elif kind == TEXT:
        form.text(one.get("content", ""), f"{path}.content", 4000, 1)
    elif kind == SECTION:
        form.require(
            1 <= len(one.get("components") or []) <= 3,
            f"{path}.components",
            "BASE_TYPE_BAD_LENGTH",
            "Must be between 1 and 3 in length.",
        )


def row(form: Form, path: str, inside: list[dict[str, Any]]) -> None:
    """One to five buttons, or one other thing."""
    most = 5 if all(one.get("type") == BUTTON for one in inside) else 1
    form.require(
        1 <= len(inside) <= most,
        f"{path}.components",
        "BASE_TYPE_BAD_LENGTH",
        f"Must be between 1 and {most} in length.",
    )


def button(form: Form, path: str, one: dict[str, Any], seen: set[str]) -> None:
    style = one.get("style")
    form.require(style in range(1, 7), f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
    if one.get("label") is not None:
        form.text(one["label"], f"{path}.label", 80)
    if style == LINK:
        form.require(bool(one.get("url")), f"{path}.url", "BASE_TYPE_REQUIRED", "A url is required")
        form.require(
            "custom_id" not in one,
            path,
            "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
            "A custom id and url cannot both be specified",
        )
    elif style != PREMIUM:
        custom_id(form, path, one, seen)
        form.require(
            bool(one.get("label") or one.get("emoji")),
            path,
            "BUTTON_COMPONENT_INVALID",
            "A button needs a label or an emoji",
        )


def custom_id(form: Form, path: str, one: dict[str, Any], seen: set[str]) -> None:
    """Present, at most 100 characters, and used once in the message."""
    value = one.get("custom_id", "")
    form.text(value, f"{path}.custom_id", 100, 1)
    form.require(
        value not in seen,
        f"{path}.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
        "Component custom id cannot be duplicated",
    )
    seen.add(str(value))


def select(form: Form, path: str, one: dict[str, Any], seen: set[str]) -> None:
    custom_id(form, path, one, seen)
    if one.get("placeholder") is not None:
        form.text(one["placeholder"], f"{path}.placeholder", 150)
    least, most = one.get("min_values", 1), one.get("max_values", 1)
    form.require(
        0 <= least <= 25 and 1 <= most <= 25 and least <= most,
        f"{path}.max_values",
        "NUMBER_TYPE_MAX",
        "int value should be between min_values and 25.",
    )
    if one["type"] != STRING_SELECT:
        return
    options = one.get("options") or []
    form.require(
        1 <= len(options) <= 25,
        f"{path}.options",
        "BASE_TYPE_BAD_LENGTH",
        "Must be between 1 and 25 in length.",
    )
    values = [option.get("value") for option in options]
    form.require(
        len(set(values)) == len(values),
        f"{path}.options",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        "The specified option value is already used",
    )
    for index, option in enumerate(options):
        place = f"{path}.options.{index}"
        form.text(option.get("label", ""), f"{place}.label", 100, 1)
        form.text(option.get("value", ""), f"{place}.value", 100, 1)
        if option.get("description") is not None:
            form.text(option["description"], f"{place}.description", 100)


def text_input(form: Form, path: str, one: dict[str, Any], seen: set[str]) -> None:
    custom_id(form, path, one, seen)
    form.require(one.get("style") in {1, 2}, f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
    for key, most in (("label", 45), ("placeholder", 100), ("value", 4000)):
        if one.get(key) is not None:
            form.text(one[key], f"{path}.{key}", most)
    for key in ("min_length", "max_length"):
        if one.get(key) is not None:
            form.require(
                0 <= one[key] <= 4000,
                f"{path}.{key}",
                "NUMBER_TYPE_MAX",
                "int value should be less than or equal to 4000.",
            )


def check_modal(form: Form, body: dict[str, Any]) -> None:
    """A form to fill in: a title, an id and one to five fields."""
    form.text(body.get("title", ""), "data.title", 45, 1)
    form.text(body.get("custom_id", ""), "data.custom_id", 100, 1)
    fields = body.get("components") or []
    form.require(1 <= len(fields) <= 5, "data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    seen: set[str] = set()
    for path, one in walk(fields, "data.components"):
        kind = one.get("type")
        allowed = {ROW, LABEL, TEXT, TEXT_INPUT, UPLOAD} | SELECTS
        if not form.require(kind in allowed, f"{path}.type", "BASE_TYPE_CHOICES", "Not allowed in a modal."):
            continue
        if kind == LABEL:
            form.text(one.get("label", ""), f"{path}.label", 45, 1)
        else:
            component(form, path, one, seen)


def check_choices(form: Form, body: dict[str, Any]) -> None:
    """Autocomplete suggestions: at most 25, each with a name and a value of at most 100 characters."""
    choices = body.get("choices")
    if not isinstance(choices, list) or len(choices) > 25:
        form.wrong("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        return
    for index, choice in enumerate(choices):
        form.text(choice.get("name", ""), f"data.choices.{index}.name", 100, 1)
        if isinstance(choice.get("value"), str) or choice.get("value") is None:
            form.text(choice.get("value", ""), f"data.choices.{index}.value", 100, 1)
