"""How does a test get an S3 server, and how is rclone told of it?"""

from collections.abc import Iterator

from moto.server import ThreadedMotoServer

SETTINGS = {
    "RCLONE_CONFIG_S3_TYPE": "s3",
    "RCLONE_CONFIG_S3_PROVIDER": "Other",
    "RCLONE_CONFIG_S3_ACCESS_KEY_ID": "me",
    "RCLONE_CONFIG_S3_SECRET_ACCESS_KEY": "secret",
    # moto has no route for a key with a newline, so rclone is told to store control characters as symbols
    "RCLONE_CONFIG_S3_ENCODING": "Slash,InvalidUtf8,Dot,Ctl",
}


def serve() -> Iterator[tuple[str, str]]:
    """For a fixture: a server on a port of its own; its name as a remote of rclone, and a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"s3,endpoint='http://{host}:{port}'", "bucket"
    finally:
        server.stop()
