"""Which errors does Discord's REST interface answer with, and what do their bodies look like?"""

from typing import Any


class ApiError(Exception):
    """A refusal that the client sees as ``{"code", "message", "errors"?}``."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class MisuseError(Exception):
    """A test asked for something that no Discord user could do (an unknown command, a disabled button)."""


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def unknown(thing: str) -> ApiError:
    return ApiError(404, UNKNOWN[thing], f"Unknown {thing}")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


UNKNOWN = {
    "Application": 10002,
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "Role": 10011,
    "User": 10013,
    "Emoji": 10014,
    "Webhook": 10015,
    "interaction": 10062,
    "application command": 10063,
}


class Form:
    """Collects what is wrong with a request body into the tree that error 50035 carries."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def wrong(self, path: str, code: str, message: str) -> None:
        """Note a fault at a dotted path, such as ``embeds.0.title``."""
        node = self._tree
        for part in path.split("."):
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def require(self, holds: bool, path: str, code: str, message: str) -> bool:
        """Note the fault unless the condition holds; returns the condition."""
        if not holds:
            self.wrong(path, code, message)
        return holds

    def text(self, value: object, path: str, most: int, least: int = 0) -> None:
        """A text of ``least`` to ``most`` characters."""
        if not isinstance(value, str):
            self.wrong(path, "BASE_TYPE_STRING", "Could not interpret value as string.")
        elif least and not value:
            self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not least <= len(value) <= most:
            code = "BASE_TYPE_MAX_LENGTH" if len(value) > most else "BASE_TYPE_MIN_LENGTH"
            bound = f"{most} or fewer" if len(value) > most else f"{least} or more"
            self.wrong(path, code, f"Must be {bound} in length.")

    @property
    def wrongs(self) -> bool:
        return bool(self._tree)

    def raise_if_wrong(self) -> None:
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)
