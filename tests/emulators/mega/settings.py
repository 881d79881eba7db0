"""What can a test set on the server: limits, and what nobody here checked against the real service?"""

from dataclasses import dataclass, field

from tests.emulators.mega.errors import Code

GIB = 1024**3


@dataclass(slots=True)
class Limits:
    """Speed, quotas and rates; change them at any time while the server runs."""

    latency: float = 0.0
    """Seconds of round trip added to each request."""
    connect_round_trips: int = 1
    """How many of those a new connection costs first (TCP 1, with TLS 2)."""
    up_bytes_per_second: float | None = None
    down_bytes_per_second: float | None = None
    requests_per_second: float | None = None
    """Above this, API requests are answered -4."""
    transfer_quota: int | None = None
    """Bytes that may still be downloaded; then HTTP 509."""
    transfer_wait: int = 3600
    """X-MEGA-Time-Left of that 509, in seconds."""
    wait_seconds: float = 30.0
    """How long a wait URL blocks when nothing happens."""
    verify: bool = True
    """Check each stored node at once; off for benchmarks (then `unreadable()` checks when it is asked)."""


@dataclass(slots=True)
class Assumptions:
    """Behaviour inferred from clients' sources, each with a switch: nobody here asked the real service."""

    a_stores_key: bool = True
    """`a` with a `key` replaces the node's key (async-mega's rename depends on the contrary)."""
    stale_session: int = Code.ESID
    """The whole-request answer to an unknown session; reports also tell of -3."""
    chunk_boundaries: bool = False
    """A chunk POST must begin and end where MEGA's chunks do, else -7."""
    error_objects: bool = False
    """Refusals come as {"err": -9} instead of -9."""
    put_v4_answer: bool = False
    """`p` with v >= 4 answers {"f", "fh", "e"} instead of {"f"}."""
    unknown_user_has_salt: bool = True
    """`us0` of an unknown user answers a plausible salt."""
    wrong_mfa: int = Code.EFAILED
    """`us` with a wrong second factor; without one it is always -26."""
    expired_status: int = 200
    """HTTP status at an expired transfer URL: 200 (body -8), 403 or 404."""
    compresses: bool = True
    """Long API answers are compressed for clients that take gzip: MEGA's web client reads `Original-Content-Length`."""
    versions_in_f2: bool = False
    """`f` lists old versions in `f2` instead of as children of files in `f`."""


@dataclass(slots=True)
class HashcashRule:
    """When the server asks for proof of work; see `hashcash.py`."""

    easiness: int = 255
    commands: frozenset[str] = field(default_factory=lambda: frozenset({"us0", "us"}))
    times: int | None = None
    """How many challenges in all; None = at each such request."""
