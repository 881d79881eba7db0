"""What stands in the log of a request that is no HTTP?

The port is public, and scanners send what they like. aiohttp logs each such request as an error with a traceback, so
that anybody could bury the true causes; here it is one line at DEBUG.
"""

import logging

from aiohttp.http_exceptions import HttpProcessingError

log = logging.getLogger(__name__)


def hush() -> None:
    """Let aiohttp's server tell only of faults that are ours."""
    logging.getLogger("aiohttp.server").addFilter(is_our_fault)


def is_our_fault(record: logging.LogRecord) -> bool:
    """Tell whether a line of aiohttp's server is about us; what is not is told here, without the request."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, HttpProcessingError):
        return True
    log.debug("request_not_understood", extra={"cause": type(error).__name__, "code": error.code})
    return False
