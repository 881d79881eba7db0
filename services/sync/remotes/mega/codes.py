"""What does a number or an HTTP status of MEGA mean for the engine?

Every code from −1 to −30 and every status that MEGA is known to send has a row; anything else is `Unreachable`, which
stops the pass and loses nothing.
"""

from services.sync.remotes.errors import (
    Changed,
    Corrupt,
    Gone,
    OverQuota,
    Refused,
    RemoteError,
    Throttled,
    Unreachable,
)

AGAIN = -3
FAILED = -5
NOT_FOUND = -9
NO_SESSION = -15
SECOND_FACTOR = -26

PASSING = frozenset({AGAIN, -4, -6, -18, -19})
"""Codes for which the very same request is sent again, after a pause."""

LOST_TRACK = frozenset({-2, -6, -8, -9})
"""Answers to the question for events that mean: too much has happened since, or the number is none of MEGA's."""

_ACCOUNT = "log in to MEGA in a browser: it says there what is wrong with the account"
_ROOM = "free some room (rubbish bin and versions count too) or enlarge the plan; nothing local is lost meanwhile"

ROWS: dict[int, tuple[type[RemoteError], str, str]] = {
    -1: (Unreachable, "internal error", ""),
    -2: (Unreachable, "the request was not understood", "report this: MEGA may have changed its protocol"),
    -3: (Throttled, "MEGA is busy", ""),
    -4: (Throttled, "too many requests", ""),
    -5: (Unreachable, "the transfer failed for good", ""),
    -6: (Throttled, "too many at the same time", ""),
    -7: (Unreachable, "a piece lies outside the file", "report this: MEGA may have changed its protocol"),
    -8: (Unreachable, "the transfer's address has expired", ""),
    -9: (Gone, "not found", ""),
    -10: (Changed, "a directory can't be moved into itself", ""),
    -11: (Refused, "access denied", "give the account full access to the folder, or name another one"),
    -12: (Changed, "it is already there", ""),
    -13: (Unreachable, "the request was incomplete", ""),
    -14: (Corrupt, "a key can't be used", "restore the file from the other side"),
    -15: (Unreachable, "the session has ended", ""),
    -16: (Refused, "the account is blocked", _ACCOUNT),
    -17: (OverQuota, "the account is full", _ROOM),
    -18: (Throttled, "temporarily not available", ""),
    -19: (Throttled, "too many connections", ""),
    -20: (Unreachable, "the server can't write", ""),
    -21: (Unreachable, "the server can't read", ""),
    -22: (Refused, "the application key is not valid", "report this: MEGA may have changed its protocol"),
    -23: (Refused, "only TLS is accepted", "set MEGA_API_URL to an https address, or unset it"),
    -24: (OverQuota, "the account would be full", _ROOM),
    -25: (Unreachable, "the request was rolled back", ""),
    -26: (
        Refused,
        "a second factor is asked for",
        "set MEGA_TOTP_SECRET to the key that MEGA shows beside the QR code",
    ),
    -27: (Refused, "only the business account's master may do that", _ACCOUNT),
    -28: (Refused, "the business account is past due", _ACCOUNT),
    -29: (OverQuota, "the account is over its plan (paywall)", _ROOM),
    -30: (Refused, "a user's key is missing", _ACCOUNT),
}


class Coded(Exception):
    """MEGA answered with a number instead of a result."""

    def __init__(self, code: int) -> None:
        super().__init__(f"MEGA answered {code}")
        self.code = code
        self.after_loss = False
        """Whether the same request was sent before and its answer lost: what it asked for may have happened."""


class Outdated(Exception):
    """MEGA can't tell what has happened since this number; only a new listing helps."""


def of_code(code: int, what: str) -> RemoteError:
    """The typed error for a number."""
    kind, meaning, remedy = ROWS.get(code, (Unreachable, "an answer that Helix does not know", ""))
    return kind(f"{what}: {meaning} (MEGA's code {code})", remedy=remedy)


def of_status(status: int, what: str, *, wait: float | None = None) -> RemoteError:
    """The typed error for an HTTP status other than 200."""
    match status:
        case 509:
            remedy = "nothing to do: MEGA's transfer volume fills up again with time; a larger plan has more"
            return OverQuota(f"{what}: the transfer volume is used up (HTTP 509)", remedy=remedy, retry_after=wait)
        case 402:
            return Throttled(f"{what}: MEGA did not accept the proof of work (HTTP 402)")
        case 429:
            return Throttled(f"{what}: too many requests (HTTP 429)", retry_after=wait)
        case 403 | 404:
            return Unreachable(f"{what}: the address is not valid any more (HTTP {status})")
        case _:
            return Unreachable(f"{what}: the server answered HTTP {status}")
