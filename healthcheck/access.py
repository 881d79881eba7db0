"""May this request see details and act?

With `Authorization: Bearer HEALTH_TOKEN`, compared in constant time. Without HEALTH_TOKEN set nobody may.
"""

import hmac

from aiohttp import web

from helix.parsing import Secret


class Access:
    """Compares a request's bearer token with the one that is set."""

    def __init__(self, token: Secret | None) -> None:
        self._token = token

    @property
    def enabled(self) -> bool:
        """Tell whether a token is set at all."""
        return self._token is not None

    def allows(self, request: web.Request) -> bool:
        """Tell whether the request carries the token."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if self._token is None or scheme.lower() != "bearer":
            return False
        # a header may hold surrogates, which have no UTF-8 form of their own
        offered = given.strip().encode("utf-8", "surrogateescape")
        return hmac.compare_digest(offered, self._token.reveal().encode())
