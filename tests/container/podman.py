"""A real image build and run without a daemon or a registry: podman and runc with a private store.

The base image stands in for `python:3.12-slim`: Debian by mmdebstrap, and this machine's own interpreter. What can't be
the same as the official image is said in docs/decisions/0004-container-tests.md.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

IMAGE = "localhost/helix-test:latest"
BASE = "localhost/python:3.12-slim"
LIBRARIES = (
    "ca-certificates,netbase,tzdata,libssl3,libffi8,libsqlite3-0,libncursesw6,libreadline8,zlib1g,libbz2-1.0,liblzma5,"
    "libuuid1,libnsl2,libtirpc3,libgdbm6,libexpat1"
)
# no CAP_SYS_RESOURCE on many CI machines, so podman's default limits can't be set
CONFIG = """[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
CLEAN = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}


class Podman:
    """Podman with a store of its own in *place*, which keeps layers between runs."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(parents=True, exist_ok=True)
        (place / "containers.conf").write_text(CONFIG)

    def run(self, *words: str, check: bool = True, timeout: float = 900) -> "subprocess.CompletedProcess[str]":
        """Run a podman command; the assertion of a failure shows what it printed."""
        store = ["--root", f"{self.place}/store", "--runroot", f"{self.place}/run", "--tmpdir", f"{self.place}/tmp"]
        env = {key: value for key, value in os.environ.items() if key not in CLEAN}
        env["CONTAINERS_CONF"] = str(self.place / "containers.conf")
        done = subprocess.run(
            ["podman", *store, *words], env=env, capture_output=True, text=True, timeout=timeout, check=False
        )
        assert not check or done.returncode == 0, f"podman {words[0]}: {(done.stdout + done.stderr)[-4000:]}"
        return done

    def build(self, project: Path, *options: str) -> None:
        """Build *project*'s shipped Dockerfile; pip's settings and the authorities are mounted and in no layer."""
        self._make_base()
        mounts = [f"--volume={path}:{path}:ro" for path in ("/etc/pip.conf", CERTIFICATES) if Path(path).exists()]
        self.run(
            "build", "--pull=never", "--format=docker", "--layers", "--network=host", *mounts, *options,
            "--tag", IMAGE, str(project),
        )  # fmt: skip

    def inspect(self, name: str, kind: str = "container") -> Any:
        """Give what podman knows of a container or an image."""
        return json.loads(self.run(kind, "inspect", name).stdout)[0]

    @contextmanager
    def container(self, *options: str, command: Sequence[str] = ()) -> Iterator[str]:
        """Run the image in the background with a network of its own; gives its name, and removes it at the end."""
        name = f"helix-test-{os.getpid()}-{os.urandom(3).hex()}"
        # the bridge would leave firewall rules on the machine
        self.run("run", "-d", "--pull=never", "--network=none", "--name", name, *options, IMAGE, *command)
        try:
            yield name
        finally:
            self.run("rm", "-f", "-t", "3", name, check=False)

    def _make_base(self) -> None:
        if self.run("image", "exists", BASE, check=False).returncode == 0:
            return
        root = Path(tempfile.mkdtemp(dir=self.place, prefix="root."))
        try:
            _debian(root)
            _interpreter(root)
            self._import(root)
        finally:
            shutil.rmtree(root)

    def _import(self, root: Path) -> None:
        archive = self.place / "base.tar"
        _call("tar", "-C", str(root), "--one-file-system", "--numeric-owner", "-cf", str(archive), ".")
        path = "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.run("import", "-q", "--change", path, "--change", "ENV LANG=C.UTF-8", str(archive), BASE)
        archive.unlink()


CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def _debian(root: Path) -> None:
    listed = _call("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages")
    mirrors = [line.split()[1] for line in listed.splitlines() if line.startswith("bookworm ")]
    assert mirrors, "no mirror of Debian bookworm is configured on this machine; run apt-get update"
    _call(
        "mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={LIBRARIES}",
        '--aptopt=APT::Install-Recommends "false"',
        "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "bookworm", str(root), mirrors[0],
    )  # fmt: skip


def _interpreter(root: Path) -> None:
    """Copy this machine's Python 3.12 into /usr/local of *root*, with a pip of its own."""
    source = _python_312()
    _call(
        "sh", "-c",
        'tar -C "$1" --exclude=__pycache__ --exclude=lib/python3.12/test --exclude=lib/python3.12/idlelib '
        '--exclude="lib/python3.12/config-*/*.a" --exclude="lib/python3.12/site-packages/*" --exclude="bin/2to3*" '
        '--exclude="bin/idle*" --exclude="bin/pip*" -cf - bin lib include | tar -C "$2/usr/local" -xf -',
        "copy", str(source), str(root),
    )  # fmt: skip
    _call("chroot", str(root), "/sbin/ldconfig")
    (root / "usr/local/bin/python").unlink(missing_ok=True)
    (root / "usr/local/bin/python").symlink_to("python3")
    _call("chroot", str(root), "/usr/local/bin/python3", "-m", "ensurepip", "--default-pip")
    # the mount point of the build, so that none is left behind in the image
    (root / "etc/pip.conf").touch()


def _python_312() -> Path:
    """Find a Python 3.12 that can be copied: pyenv's, or the one that runs the tests."""
    found = sorted(Path.home().glob(".pyenv/versions/3.12.*"))
    if found:
        return found[-1]
    assert sys.version_info[:2] == (3, 12), "the container tests need a Python 3.12 to put into the base image"
    return Path(sys.base_prefix)


def _call(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{words[0]}: {(done.stdout + done.stderr)[-3000:]}"
    return done.stdout
