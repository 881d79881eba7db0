"""How is a small process of our own code started, and what did one that ended say last?"""

import subprocess
import sys
from pathlib import Path

_CODE = str(Path(__file__).resolve().parents[2])


def command_of(module: str, *arguments: str, libraries: tuple[str, ...] = ()) -> list[str]:
    """The command that calls `main(*arguments)` of a module of ours.

    What `-m` would do; but with `-I`, which keeps a foreign module from taking a name, only its path finds our code.
    `libraries`: directories that hold what it imports besides the standard library.
    """
    begin = f"import sys; sys.path += {[_CODE, *libraries]!r}; from {module} import main; main(*sys.argv[1:])"
    return [sys.executable, "-I", "-S", "-B", "-X", f"utf8={sys.flags.utf8_mode}", "-c", begin, *arguments]


def last_words(process: subprocess.Popen[bytes], seconds: float) -> str:
    """The end of its error output, or how it ended; it is killed, and waited for so long."""
    process.kill()
    try:
        said = process.communicate(timeout=seconds)[1].decode(errors="replace").strip()
    except subprocess.TimeoutExpired:
        return "it does not end"
    return said.splitlines()[-1] if said else f"exit status {process.returncode}"
