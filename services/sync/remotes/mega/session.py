"""Who are we for MEGA, and how is a login spared?

mega.py does the login: key stretching of both account versions, the master key, the RSA key, the session id. It is
subclassed, nothing of it is changed. The session is stored with mode 0600 and used again at the next start, because
MEGA blocks accounts that log in often; a session that MEGA has ended is replaced by one new login.
"""

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mega import Mega
from mega.crypto import a32_to_str
from mega.errors import RequestError

from helix.parsing import Secret
from services.sync.remotes.errors import Refused, Unreachable
from services.sync.remotes.mega import private
from services.sync.remotes.mega.channel import Channel
from services.sync.remotes.mega.codes import FAILED, NOT_FOUND, SECOND_FACTOR, Coded, of_code
from services.sync.remotes.mega.totp import code_at

_CREDENTIALS = "correct MEGA_EMAIL and MEGA_PASS, then start again"
_SECOND_FACTOR = "correct MEGA_TOTP_SECRET, or this machine's clock, then start again"
CODES = 2
_WRONG_CODE = frozenset({FAILED, SECOND_FACTOR})


@dataclass(frozen=True, slots=True)
class Session:
    """A login's fruit; it gives full access, so it is never shown."""

    sid: str = field(repr=False)
    master_key: bytes = field(repr=False)
    resumed: bool = False


class Login(Mega):  # type: ignore[misc]
    """mega.py's login on our transport: no endless retries, proof of work, typed errors."""

    def __init__(self, ask: Callable[[dict[str, Any]], Any], totp_secret: Secret | None = None) -> None:
        super().__init__()
        self._ask = ask
        self._totp_secret = totp_secret

    def authenticate(self, email: str, password: str) -> Session:
        """Log in. Raises `Coded` with MEGA's number."""
        if not password.isascii() and "s" not in self._ask({"a": "us0", "user": email.lower()}):
            # accounts of the first version hash UTF-8, and mega.py writes latin-1
            password = password.encode().decode("latin-1")
        self._login_user(email, password)
        return Session(self.sid, a32_to_str(self.master_key))

    def _api_request(self, data: Any) -> Any:
        try:
            return self._ask(data)
        except Coded as refused:
            if refused.code != SECOND_FACTOR or self._totp_secret is None:
                raise
        return self._ask_with_code(data, self._totp_secret.reveal())

    def _ask_with_code(self, data: dict[str, Any], key: str) -> Any:
        """Ask again with the code of now, and with the next one if the first came too late."""
        tried = ""
        for _ in range(CODES):
            code = code_at(key, time.time())
            if code == tried:
                break
            try:
                return self._ask({**data, "mfa": code})
            except Coded as refused:
                if refused.code not in _WRONG_CODE:
                    raise
            tried = code
        raise Refused("MEGA refuses the code of the second factor", remedy=_SECOND_FACTOR)


class Sessions:
    """Gives the session; blocking."""

    def __init__(
        self, channel: Channel, email: str, password: Secret, store: Path, *, totp_secret: Secret | None = None
    ) -> None:
        self._channel = channel
        self._totp_secret = totp_secret
        self._email = email
        self._password = password
        self._file = private.file_of(store, "session", email).with_suffix(".json")

    def resume(self) -> Session | None:
        """The stored session, if there is one."""
        try:
            stored = json.loads(self._file.read_text())
            return Session(stored["sid"], bytes.fromhex(stored["master_key"]), resumed=True)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def login(self) -> Session:
        """Log in with the password and store the session."""
        what = "logging in to MEGA"
        try:
            session = Login(self._channel.single, self._totp_secret).authenticate(self._email, self._password.reveal())
        except Coded as refused:
            if refused.code == NOT_FOUND:
                raise Refused("MEGA does not know this e-mail and password", remedy=_CREDENTIALS) from None
            raise of_code(refused.code, what) from None
        except (RequestError, KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            # mega.py meets an answer it does not know with whatever breaks first
            raise Unreachable(f"{what}: the answer makes no sense ({type(error).__name__})") from None
        self._save(session)
        return session

    def forget(self) -> None:
        """Remove the stored session."""
        self._file.unlink(missing_ok=True)

    def _save(self, session: Session) -> None:
        """A read-only disk only costs a login at the next start."""
        content = json.dumps({"sid": session.sid, "master_key": session.master_key.hex()})
        with contextlib.suppress(OSError):
            private.write(self._file, content.encode())
