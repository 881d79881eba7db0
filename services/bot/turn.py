"""Is it this container's turn to answer at Discord?

Containers that share a token, during a deploy or for good, would each be handed every command. Sync knows which
of them is the writer; its report decides:

| sync's report                                     | our turn                                         |
|---------------------------------------------------|--------------------------------------------------|
| none yet, for up to 20 seconds of our own life    | no: it is about to speak                         |
| none, or an old one: sync is dead                 | yes: that is when people ask                     |
| `standby` or `starting`, and another one writes   | no                                               |
| …, and nobody else was seen, for up to 20 seconds | no: it may turn out that another one writes      |
| …, and nobody else was seen, for longer           | yes: something is wrong, and people should hear  |
| `writer`, `stopping`                              | yes                                              |

Nobody else was seen where the remote or the database that keeps the right to write can't be asked.
"""

from helix.core.health import Report, Unreadable

FRESH_SECONDS = 5.0
START_SECONDS = 20.0


def is_ours(sync: Report | Unreadable | None, now: float, *, born: float, start_seconds: float = START_SECONDS) -> bool:
    """Say whether this container's bot, which runs since *born*, should hold the gateway."""
    if sync is None:
        return now - born >= start_seconds
    if not isinstance(sync, Report) or now - sync.posted_at > FRESH_SECONDS:
        return True
    match sync.state:
        case "standby" | "starting":
            return not sync.facts.get("writer_elsewhere") and now - sync.started_at > START_SECONDS
        case _:
            return True
