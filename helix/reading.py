"""How are values read out of a mapping such as the environment, and everything wrong with them gathered?"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from helix import parsing
from helix.errors import Problem
from helix.parsing import BadValue, Secret

T = TypeVar("T")


class Reader:
    """Takes values out of a mapping and gathers what is wrong with them; relative paths are taken from *cwd*."""

    def __init__(self, env: Mapping[str, str], cwd: Path, problems: list[Problem] | None = None) -> None:
        self.env = env
        self.cwd = cwd
        self.problems = [] if problems is None else problems
        self.prefix = ""

    def problem(self, name: str, message: str, remedy: str) -> None:
        """Note that *name* is wrong."""
        self.problems.append(Problem(self.prefix + name, message, remedy))

    def has_problem(self, name: str) -> bool:
        """Say whether *name* is known to be wrong."""
        return any(problem.name == self.prefix + name for problem in self.problems)

    def text(self, name: str) -> str | None:
        """Give the text, or None when it is unset or blank."""
        return (self.env.get(name) or "").strip() or None

    def value(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """Give the parsed value; *default* when it is unset, or wrong and noted."""
        text = self.text(name)
        if text is None:
            return default
        try:
            return parse(text)
        except BadValue as bad:
            self.problem(name, bad.message, bad.remedy)
            return default

    def path(self, name: str, default: T) -> Path | T:
        """Give an absolute path."""
        text = self.text(name)
        return default if text is None else (self.cwd / Path(text).expanduser())

    def remote(self, name: str, default: str) -> str:
        """Give a remote; a `local:` one with its path made absolute."""
        kind, _, rest = self.value(name, parsing.remote, default).partition(":")
        return f"local:{self.cwd / Path(rest).expanduser()}" if kind == "local" else f"{kind}:{rest}"

    def secret(self, name: str, parse: Callable[[str], Secret] = parsing.secret) -> Secret | None:
        """Give the secret from `NAME`, or from the file that `NAME_FILE` names."""
        file = self.path(f"{name}_FILE", None)
        if file is None:
            return self.value(name, parse, None)
        if self.text(name) is not None:
            self.problem(name, f"is set twice, also as {name}_FILE", "keep one of the two")
        try:
            text = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            self.problem(f"{name}_FILE", "names a file that can't be read", "correct the path or its permissions")
            return None
        if not text:
            self.problem(f"{name}_FILE", "names an empty file", "write the secret into it")
            return None
        try:
            return parse(text)
        except BadValue as bad:
            self.problem(f"{name}_FILE", bad.message, bad.remedy)
            return None
