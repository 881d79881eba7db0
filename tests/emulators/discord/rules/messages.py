"""Is this body a message that Discord takes?  (Text, embeds, mentions, nonce.)"""

from typing import Any

from ..errors import Form
from . import components

EMBED_TEXTS = {"title": 256, "description": 4096}
EMBED_TOTAL = 6000


def check(form: Form, body: dict[str, Any], files: int, *, v2: bool = False) -> None:
    """Note everything in the body that breaks one of Discord's limits."""
    if body.get("content") is not None:
        form.text(body["content"], "content", 2000)
    nonce = body.get("nonce")
    if nonce is not None:
        form.text(str(nonce), "nonce", 25)
    embeds(form, body.get("embeds") or [])
    if v2 and (body.get("content") or body.get("embeds")):
        form.wrong(
            "flags",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "content and embeds cannot be used with components V2",
        )
    components.check_message(form, body.get("components") or [], v2=v2)
    form.require(files <= 10, "attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    allowed_mentions(form, body.get("allowed_mentions"))


def embeds(form: Form, found: Any) -> None:
    """At most ten, each text within its limit, 6000 characters over all of them."""
    if not isinstance(found, list):
        form.wrong("embeds", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    form.require(len(found) <= 10, "embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    total = sum(embed(form, f"embeds.{index}", one) for index, one in enumerate(found))
    form.require(total <= EMBED_TOTAL, "embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def embed(form: Form, path: str, one: dict[str, Any]) -> int:
    """Check one embed; returns how many characters it adds to the total."""
    texts: list[tuple[str, Any, int]] = [(f"{path}.{key}", one.get(key), most) for key, most in EMBED_TEXTS.items()]
    texts.append((f"{path}.footer.text", (one.get("footer") or {}).get("text"), 2048))
    texts.append((f"{path}.author.name", (one.get("author") or {}).get("name"), 256))
    for place, value, most in texts:
        if value is not None:
            form.text(value, place, most)
    fields = one.get("fields") or []
    form.require(len(fields) <= 25, f"{path}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, field in enumerate(fields):
        form.text(field.get("name", ""), f"{path}.fields.{index}.name", 256, 1)
        form.text(field.get("value", ""), f"{path}.fields.{index}.value", 1024, 1)
        texts += [("", field.get("name"), 0), ("", field.get("value"), 0)]
    web_addresses(form, path, one)
    return sum(len(str(value)) for _, value, _ in texts if value is not None)


def web_addresses(form: Form, path: str, one: dict[str, Any]) -> None:
    """Addresses of an embed must be http, https or (for pictures) attachment."""
    places = {"url": one.get("url")} | {
        f"{part}.url": (one.get(part) or {}).get("url") for part in ("image", "thumbnail")
    }
    for place, url in places.items():
        if url and not str(url).startswith(("http://", "https://", "attachment://")):
            form.wrong(f"{path}.{place}", "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def allowed_mentions(form: Form, allowed: Any) -> None:
    """``parse`` and an explicit list of the same kind exclude each other."""
    if not isinstance(allowed, dict):
        return
    parse = allowed.get("parse") or []
    for index, kind in enumerate(parse):
        form.require(
            kind in {"users", "roles", "everyone"},
            f"allowed_mentions.parse.{index}",
            "BASE_TYPE_CHOICES",
            "Value must be one of ('everyone', 'users', 'roles').",
        )
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        path = f"allowed_mentions.{kind}"
        form.require(len(listed) <= 100, path, "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
        form.require(
            not (listed and kind in parse),
            "allowed_mentions",
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
            f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
        )
