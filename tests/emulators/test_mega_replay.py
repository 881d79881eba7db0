"""Do the events tell the whole story? Whoever replays them over an old listing has the new one, whatever happened."""

import json
import random
from typing import Any

import pytest

from tests.emulators.mega.codec import b64
from tests.emulators.mega.crypto import seal_attributes
from tests.emulators.mega.visit import Visit, visiting

SEEDS = range(12)
STEPS = 40
Nodes = dict[str, dict[str, Any]]


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_old_listing_and_the_events_since_make_the_new_listing(seed: int) -> None:
    print(f"seed {seed}")
    dice = random.Random(seed)
    async with visiting() as visit:
        for number in range(4):
            visit.me.put(f"start/{number}", b"x")
        before = await visit.client.call("f", c=1)
        for step in range(STEPS):
            await disturb(visit, dice, f"{seed}-{step}")

        mine: Nodes = {node["h"]: node for node in before["f"]}
        for event in await events_since(visit, before["sn"]):
            replay(mine, event)

        theirs = await visit.client.call("f", c=1)
        assert mine == {node["h"]: node for node in theirs["f"]}


async def disturb(visit: Visit, dice: random.Random, name: str) -> None:
    """One random command; refused ones are part of the game."""
    client, nodes = visit.client, list(visit.me.tree.nodes.values())
    some, target = dice.choice(nodes), dice.choice(nodes).handle
    match dice.randrange(7):
        case 0:
            await client.put(name, b"data", target)
        case 1:
            folder = client.node(name, bytes(16), h="xxxxxxxx")
            await client.call("p", t=target, n=[folder])
        case 2:
            await client.put(name, b"newer", visit.root, ov=some.handle)
        case 3 | 4:
            await client.call("m", n=some.handle, t=target)
        case 5 if some.kind == 0:
            sealed = b64(seal_attributes(visit.me.file_key(some).key, {"n": name}))
            await client.call("a", n=some.handle, at=sealed)
        case _:
            await client.call("d", n=some.handle, v=dice.randrange(2))


async def events_since(visit: Visit, sn: str) -> list[dict[str, Any]]:
    _, text, _ = await visit.client.fetch("POST", "/sc", params={"sn": sn, "sid": visit.client.sid})
    events: list[dict[str, Any]] = json.loads(text)["a"]
    return events


def replay(nodes: Nodes, event: dict[str, Any]) -> None:
    """What every client does with an event."""
    match event["a"]:
        case "t":
            nodes.update({node["h"]: node for node in event["t"]["f"]})
        case "u":
            nodes[event["n"]] = nodes[event["n"]] | {"a": event["at"], "ts": event["ts"]}
        case "d":
            gone = {event["n"]}
            while below := {h for h, node in nodes.items() if node["p"] in gone} - gone:
                gone |= below
            for handle in gone:
                del nodes[handle]
