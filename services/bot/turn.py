"""Is it this container's turn to answer at Discord?

During a deploy two containers run with one token, and Discord would hand every command to both. Sync knows which of
them is the writer; its report decides:

| sync's report                      | our turn                                         |
|------------------------------------|--------------------------------------------------|
| none, or an old one: sync is dead  | yes: that is when people ask                     |
| `standby`                          | no                                               |
| `starting`, for up to 20 seconds   | no: it may become `standby`                      |
| `starting`, for longer             | yes: something is wrong, and people should hear  |
| `writer`, `stopping`               | yes                                              |
"""

from helix.core.health import Report, Unreadable

FRESH_SECONDS = 5.0
START_SECONDS = 20.0


def is_ours(sync: Report | Unreadable | None, now: float) -> bool:
    """Say whether this container's bot should hold the gateway."""
    if not isinstance(sync, Report) or now - sync.posted_at > FRESH_SECONDS:
        return True
    match sync.state:
        case "standby":
            return False
        case "starting":
            return now - sync.started_at > START_SECONDS
        case _:
            return True
