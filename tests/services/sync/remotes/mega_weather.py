"""Which faults strike a pass on the MEGA test server, chosen at random?"""

import random

from tests.emulators.mega import Answer, Cut, Drop, MegaServer, Raw, Tamper
from tests.emulators.mega.faults import Effect, Fault

FAULTS: tuple[tuple[str, Effect, bool], ...] = (
    ("p", Drop(), False),
    ("p", Drop(), True),
    ("p", Raw(500), True),
    ("m", Drop(), True),
    ("a", Raw(503), True),
    ("d", Drop(), True),
    ("u", Answer(-3), False),
    ("u", Answer(-17), False),
    ("cs", Raw(500), False),
    ("cs", Answer(-15, whole=True), False),
    ("sc", Drop(), False),
    ("upload", Raw(body=b"-8"), False),
    ("upload", Drop(), True),
    ("download", Cut(3), False),
    ("download", Tamper(1), False),
    ("download", Raw(509), False),
)
AT_ONCE = 5


def storm(server: MegaServer, rng: random.Random) -> list[Fault]:
    """Arm a few of the faults, each to strike at a call soon, once or so often that patience may end."""
    return [
        server.fail(on, effect, nth=rng.randint(1, 3), times=rng.choice((1, 6)), after=after)
        for on, effect, after in rng.sample(FAULTS, AT_ONCE)
    ]
