"""Can each program be imported whole, just as supervisord starts it?

For each program of supervisord.conf a fresh interpreter with exactly its arguments, environment and directory imports
all of it (see `imports_child`). A probe in another environment than the program's would prove nothing: a PYTHONPATH
without the application root is no. 9 of the recorded failures.
"""

import asyncio
import json
import shutil
from pathlib import Path

from healthcheck.probes import entries
from healthcheck.probes.entries import Entry
from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up

CHILD = Path(__file__).with_name("imports_child.py")
LIMIT_SECONDS = 45.0


async def probe(place: Place) -> Finding:
    """Import each program in a process of its own, side by side."""
    try:
        listed = entries.read(place.supervisord_conf, place.env, place.cwd)
    except entries.BadEntries as error:
        return sum_up([Fault(error.message, error.remedy)])
    found = await asyncio.gather(*(_look(entry, place.root) for entry in listed))
    faults = [fault for several in found for fault in several]
    return sum_up(list(dict.fromkeys(faults))) if faults else passed(f"{len(listed)} programs import whole")


async def _look(entry: Entry, root: Path) -> list[Fault]:
    executable = shutil.which(entry.argv[0], path=entry.env.get("PATH"))
    if executable is None:
        remedy = "install it, or correct the command in supervisord.conf"
        return [Fault(f"{entry.argv[0]}, which runs {entry.name}, is not there", remedy)]
    if entry.module is None:
        return []
    flags = entry.argv[1 : entry.argv.index("-m")]
    try:
        child = await asyncio.create_subprocess_exec(
            executable,
            *flags,
            str(CHILD),
            # a bare module name would look like the program itself in a list of processes
            f"--module={entry.module}",
            f"--root={root}",
            cwd=entry.directory,
            env=dict(entry.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        return [Fault(f"{entry.name} can't be started: {error.strerror}", "correct supervisord.conf")]
    return await _answer_of(child, entry)


async def _answer_of(child: asyncio.subprocess.Process, entry: Entry) -> list[Fault]:
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            output, errors = await child.communicate()
    except TimeoutError:
        remedy = "a module of it waits for something while it is imported; move that into a function"
        return [Fault(f"{entry.name} can't be imported within {LIMIT_SECONDS:.0f} s", remedy)]
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    try:
        return [Fault(f"{entry.name}: {output}", remedy) for output, remedy in json.loads(output)["faults"]]
    except (ValueError, KeyError, TypeError):
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        told = f"{entry.name} can't be imported: its interpreter ended with {_status(child)}"
        return [Fault(f"{told}{': ' + last if last else ''}", "rebuild the image")]


def _status(child: asyncio.subprocess.Process) -> str:
    code = child.returncode or 0
    return f"status {code}" if code >= 0 else f"signal {-code}"
