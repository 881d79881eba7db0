"""What do the `storage` commands say?"""

from collections.abc import Mapping
from typing import Any

from helix.core import wording
from services.bot.replies import reply
from services.bot.replies.reply import MARKS, Panel, Reply, Tone, code
from services.bot.replies.sync import paged

Json = Mapping[str, Any]

_STATES = {"synced": "", "pending": " · ⏫ pending", "conflict": " · ⚠️ conflict"}


def listing(answer: Json, title: str, page: int) -> Reply:
    """List files with size, age and state."""
    files = answer["files"]
    if not files:
        return Reply(f"{MARKS[Tone.PLAIN]} **{title}**: nothing")
    shown, where = paged(files, page)
    more = f", the first {len(files)} shown" if answer["total"] > len(files) else ""
    lines = [_file(file) for file in shown]
    return Reply(f"{MARKS[Tone.PLAIN]} **{title}**: {answer['total']}{more}{where}", Panel(text="\n".join(lines)))


def _file(file: Json) -> str:
    name = code(f"{file['path']}/" if file["kind"] == "directory" else str(file["path"]))
    size = "" if file["size"] is None or file["kind"] == "directory" else f" · {wording.size(file['size'])}"
    age = f" · {reply.when(file['mtime'])}" if file["mtime"] else ""
    return f"{name}{size}{age}{_STATES.get(str(file['state']), '')}"


def usage(status: Json) -> Reply:
    """Tell how much each folder holds on each side."""
    lines = [
        f"{code(folder['name'])}: {folder['files']['local']} files, {wording.size(folder['bytes']['local'])} here · "
        f"{folder['files']['remote']} files, {wording.size(folder['bytes']['remote'])} at {code(str(folder['remote']))}"
        for folder in status["folders"]
    ]
    return Reply("\n".join([f"{MARKS[Tone.PLAIN]} **Storage**", *lines]))


def stored(path: str, count: int) -> Reply:
    """Say that a file is in the folder now, and no more than that."""
    return Reply(
        f"🟢 **In the folder**: {code(path)}, {wording.size(count)} · sync uploads it; `storage ls` shows when it has"
    )


def restored(answer: Json) -> Reply:
    """Say which version is back."""
    version = f", version {code(str(answer['version']))}" if answer["version"] else ""
    return Reply(f"🟢 **Back again**: {code(answer['path'])}, {wording.size(answer['size'])}{version}")
