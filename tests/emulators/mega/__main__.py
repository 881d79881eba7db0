"""How is the test server run as a program? python -m tests.emulators.mega --account me@example.org:secret"""

import argparse
import asyncio
import contextlib
import signal

from tests.emulators.mega import Assumptions, Limits, MegaServer


def main() -> None:
    """Serves until SIGINT or SIGTERM; the first line printed is the address."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulators.mega", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 = any free one")
    parser.add_argument("--account", action="append", default=[], metavar="EMAIL:PASSWORD[:VERSION]")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="round trip of each request")
    parser.add_argument(
        "--bandwidth", type=float, metavar="BYTES", help="bytes a second, each way, all clients together"
    )
    parser.add_argument("--no-verify", action="store_true", help="don't check what clients store (benchmarks)")
    parser.add_argument("--plain", action="store_true", help="compress no answers (benchmarks)")
    parser.add_argument("--fill", type=int, default=0, metavar="N", help="N small files in the first account")
    parser.add_argument("--tls", action="store_true", help="https; prints the authority's file, too")
    parser.add_argument("--transfer-host", default="", help="host name in transfer addresses")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    limits = Limits(
        latency=options.latency,
        up_bytes_per_second=options.bandwidth,
        down_bytes_per_second=options.bandwidth,
        verify=not options.no_verify,
    )
    assume = Assumptions(compresses=not options.plain)
    server = MegaServer(
        limits=limits, assume=assume, tls=options.tls, port=options.port, transfer_host=options.transfer_host
    )
    for text in options.account:
        email, password, *version = text.split(":")
        account = server.add_account(email, password, version=int(version[0]) if version else 2)
        for number in range(options.fill if text == options.account[0] else 0):
            account.put(f"fill/{number // 1000:03}/{number:06}.bin", number.to_bytes(8, "big"))
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with server:
        print(server.url, flush=True)
        if server.ca_file is not None:
            print(server.ca_file, flush=True)
        with contextlib.suppress(asyncio.CancelledError):
            await stopped.wait()


if __name__ == "__main__":
    main()
