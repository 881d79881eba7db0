"""Which numbers does MEGA answer when it refuses?"""

from enum import IntEnum


class Code(IntEnum):
    """MEGA's error numbers, -1 to -30."""

    EINTERNAL = -1
    EARGS = -2
    EAGAIN = -3
    ERATELIMIT = -4
    EFAILED = -5
    ETOOMANY = -6
    ERANGE = -7
    EEXPIRED = -8
    ENOENT = -9
    ECIRCULAR = -10
    EACCESS = -11
    EEXIST = -12
    EINCOMPLETE = -13
    EKEY = -14
    ESID = -15
    EBLOCKED = -16
    EOVERQUOTA = -17
    ETEMPUNAVAIL = -18
    ETOOMANYCONNECTIONS = -19
    EWRITE = -20
    EREAD = -21
    EAPPKEY = -22
    ESSL = -23
    EGOINGOVERQUOTA = -24
    EROLLEDBACK = -25
    EMFAREQUIRED = -26
    EMASTERONLY = -27
    EBUSINESSPASTDUE = -28
    EPAYWALL = -29
    ESUBUSERKEYMISSING = -30


class RefusedError(Exception):
    """One command is refused; the others of its request go on."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = int(code)


class RequestRefusedError(RefusedError):
    """The whole request is refused, with one number instead of a list."""
