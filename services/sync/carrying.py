"""How are many small files carried from one tree to another, so that they share their flushes?

All are read and written to temporary files, one flush makes the contents durable, all are put where nothing is, one
flush makes the names durable, and only then is anything told. Each job is held to the same conditions as if it were
alone, and fails alone. Blocking. What jobs and answers hold are plain tuples, so that they can be told to a process of
its own (carrier.py); for the same reason only little is imported here.
"""

import os
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Literal, NamedTuple

from services.sync.fingerprints import digest_of, etag_of
from services.sync.open_tree import OpenTree, Temporary

Side = Literal["here", "there"]
"""The local folder, and the remote that is a disk of this machine."""
Work = Literal["up", "down", "compare", "make here", "make there"]
"""`up` and `down` make a new file, `compare` only reads both, `make …` makes a directory."""
NOT_AS_PLANNED = 0
"""Stands where the number of an error of the operating system would."""

Proceed = Callable[[], None]
"""Asked before each step of each job; raises when nothing more may be done."""
Look = tuple[int, int, int, int]
"""A file or directory at the moment it was read, put or made: size, mtime_ns, inode, ctime_ns."""
Failure = tuple[Side, int, str]
"""Why a job came to nothing: on which side, the operating system's number or `NOT_AS_PLANNED`, and its words."""
Here = tuple[int, int, int | None]
"""A local file as planned: size, mtime_ns, inode (None: any)."""
There = tuple[int, str, int | None]
"""A remote file as planned: size, etag, mtime_ns (None: not to be set)."""


class Job(NamedTuple):
    """One thing to do."""

    work: Work
    path: str
    here: Here | None = None
    there: There | None = None


class Answer(NamedTuple):
    """What a job ended in: the digests (`blake3:…`) of what was read or carried, and how it looks now."""

    here: Look | None = None
    there: Look | None = None
    digest: str = ""
    digest_there: str = ""
    """The remote's, where both were read."""
    failure: Failure | None = None


class TreeFailed(Exception):
    """A tree can't be opened: nothing was done."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure[2])
        self.failure = failure


def carry(here: str, there: str, jobs: Sequence[Job], proceed: Proceed) -> list[Answer]:
    """Do all jobs between the trees at these two places; gives each one's answer.

    When `proceed` raises, all that have not ended are broken off and it is raised on: what was put in place by then
    may not be durable, so that nothing of it may be remembered. Raises `TreeFailed` too.
    """
    with closing(_opened(here, "here", len(jobs))) as mine, closing(_opened(there, "there", len(jobs))) as theirs:
        return _Batch({"here": mine, "there": theirs}, proceed).run(jobs)


def _opened(root: str, side: Side, count: int) -> OpenTree:
    try:
        return OpenTree(root, count=count)
    except OSError as error:
        raise TreeFailed(_failure(side, error)) from error


class _Written(NamedTuple):
    """A content that waits for its name."""

    job: Job
    target: Side
    temporary: Temporary
    source: Look
    digest: str


class _Batch:
    """Jobs that share their flushes."""

    def __init__(self, trees: dict[Side, OpenTree], proceed: Proceed) -> None:
        self._trees = trees
        self._proceed = proceed
        self._answers: dict[int, Answer] = {}
        self._written: dict[int, _Written] = {}
        self._unsure: dict[Side, list[int]] = {"here": [], "there": []}
        """What is true only after the next flush of a side."""

    def run(self, jobs: Sequence[Job]) -> list[Answer]:
        for number, job in enumerate(jobs):
            self._proceed()
            self._begin(number, job)
        self._flush()
        for number, written in self._written.items():
            self._proceed()
            self._put(number, written)
        self._flush()
        return [self._answers[number] for number in range(len(jobs))]

    def _begin(self, number: int, job: Job) -> None:
        match job.work:
            case "up":
                self._write(number, job, "here", "there")
            case "down":
                self._write(number, job, "there", "here")
            case "compare":
                self._compare(number, job)
            case "make here":
                self._make(number, job, "here")
            case _:
                self._make(number, job, "there")

    def _write(self, number: int, job: Job, source: Side, target: Side) -> None:
        side: Side = source
        try:
            content, seen = self._read(job, source)
            side = target
            temporary = self._trees[target].write(job.path, content, _mtime_of(job))
        except OSError as error:
            self._answers[number] = Answer(failure=_failure(side, error))
        else:
            self._written[number] = _Written(job, target, temporary, look_of(seen), digest_of(content))
            self._unsure[target].append(number)

    def _put(self, number: int, written: _Written) -> None:
        try:
            put = look_of(self._trees[written.target].put(written.temporary, written.job.path))
        except OSError as error:
            self._answers[number] = Answer(failure=_failure(written.target, error))
            return
        here, there = (put, written.source) if written.target == "here" else (written.source, put)
        self._answers[number] = Answer(here, there, written.digest)
        self._unsure[written.target].append(number)

    def _compare(self, number: int, job: Job) -> None:
        side: Side = "here"
        try:
            mine, seen = self._read(job, "here")
            side = "there"
            theirs, seen_there = self._read(job, "there")
        except OSError as error:
            self._answers[number] = Answer(failure=_failure(side, error))
        else:
            self._answers[number] = Answer(look_of(seen), look_of(seen_there), digest_of(mine), digest_of(theirs))

    def _make(self, number: int, job: Job, side: Side) -> None:
        try:
            made = look_of(self._trees[side].make_directory(job.path))
        except OSError as error:
            self._answers[number] = Answer(failure=_failure(side, error))
        else:
            self._answers[number] = Answer(made, None) if side == "here" else Answer(None, made)
            self._unsure[side].append(number)

    def _read(self, job: Job, side: Side) -> tuple[bytes, os.stat_result]:
        """The content, which must be as planned. Raises OSError, `NOT_AS_PLANNED` if it is not."""
        if side == "here":
            assert job.here is not None
            content, seen = self._trees["here"].read(job.path, job.here[0])
            as_planned = job.here == (seen.st_size, seen.st_mtime_ns, seen.st_ino if job.here[2] is not None else None)
        else:
            assert job.there is not None
            content, seen = self._trees["there"].read(job.path, job.there[0])
            as_planned = job.there[1] == etag_of(seen)
        if not (as_planned and stat.S_ISREG(seen.st_mode)):
            raise OSError(NOT_AS_PLANNED, "not as planned")
        return content, seen

    def _flush(self) -> None:
        """Flush for all who wait for it; a failure is each one's own, for nobody knows whose content was lost."""
        for side, numbers in self._unsure.items():
            try:
                self._trees[side].flush()
            except OSError as error:
                for number in numbers:
                    self._written.pop(number, None)
                    self._answers[number] = Answer(failure=_failure(side, error))
            numbers.clear()


def look_of(seen: os.stat_result) -> Look:
    """What is kept of a stat."""
    return seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_ctime_ns


def _mtime_of(job: Job) -> int | None:
    """The mtime that the copy gets: the source's."""
    if job.work == "up":
        return job.here[1] if job.here else None
    return job.there[2] if job.there else None


def _failure(side: Side, error: OSError) -> Failure:
    return side, error.errno or NOT_AS_PLANNED, error.strerror or str(error)
