"""How does the engine fare in a million random worlds?

python -m tests.core.worlds --count 1000000 --from 0 --jobs 2
python -m tests.core.worlds --seed 4711          replays one world, shrinks it if it fails, prints its trace
"""

import argparse
import gc
import multiprocessing
import sys
import time

from tests.core.run import Run
from tests.core.spec import Spec, smaller, spec_of

REPEAT_EVERY = 500  # so often a world is run twice, to prove I9: same seed, same trace
BATCH = 2_000


def failure(spec: Spec) -> str | None:
    """What is wrong with the end of this world, if anything."""
    try:
        Run(spec).play()
    except Exception as error:  # noqa: BLE001 -- whatever goes wrong in a world is that world's result
        return f"{type(error).__name__}: {error}"
    return None


def try_range(start: int, stop: int) -> list[tuple[int, str]]:
    """The failing seeds of a range."""
    failed = []
    gc.freeze()
    for seed in range(start, stop):
        spec = spec_of(seed)
        problem = failure(spec)
        if problem is None and seed % REPEAT_EVERY == 0 and not is_repeatable(spec):
            problem = "I9: two runs of one seed left two traces"
        if problem:
            failed.append((seed, problem))
    return failed


def is_repeatable(spec: Spec) -> bool:
    """Whether two runs do the same in the same order."""
    first, second = (Run(spec, traced=True).play() for _ in range(2))
    return first.trace == second.trace and first.world.journal == second.world.journal


def shrink(spec: Spec) -> Spec:
    """The smallest world that still fails."""
    while True:
        found = next((candidate for candidate in smaller(spec) if failure(candidate)), None)
        if found is None:
            return spec
        spec = found


def replay(seed: int) -> int:
    """Show one world."""
    spec = spec_of(seed)
    problem = failure(spec)
    if problem:
        print(f"seed {seed}: {problem}; shrinking")
        spec = shrink(spec)
    run = Run(spec, traced=True)
    try:
        run.play()
    except Exception as error:  # noqa: BLE001 -- shown, not hidden
        print(f"{type(error).__name__}: {error}")
    print(spec)
    print(*(run.trace or []), sep="\n")
    for name, tree in (("local", run.world.local), ("remote", run.world.remote)):
        print(name, {path: node[0] for path, node in tree.nodes.items()}, "trash", tree.trash)
    print("journal", dict(run.world.journal))
    return 1 if problem else 0


def _try_batch(start_stop: tuple[int, int]) -> list[tuple[int, str]]:
    return try_range(*start_stop)


def sweep(start: int, count: int, jobs: int) -> list[tuple[int, str]]:
    """Try a range of seeds on several processes; stop at the first batch that fails."""
    batches = [(low, min(low + BATCH, start + count)) for low in range(start, start + count, BATCH)]
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for failed in pool.imap_unordered(_try_batch, batches):
            if failed:
                return failed
    return []


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int)
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    if chosen.seed is not None:
        return replay(chosen.seed)
    began = time.monotonic()
    failed = sweep(chosen.start, chosen.count, chosen.jobs)
    seconds = time.monotonic() - began
    print(f"seeds {chosen.start} to {chosen.start + chosen.count - 1}: {chosen.count:,} worlds, {seconds:.0f} s")
    for seed, problem in failed:
        print(f"seed {seed} failed: {problem}\n  python -m tests.core.worlds --seed {seed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
