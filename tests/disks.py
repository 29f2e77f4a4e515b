"""Small disks, to be filled up and turned read-only. Mounting asks for root."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest


def mount(*arguments: str | Path) -> bool:
    """Mount something, and tell whether that worked."""
    command = ["/bin/mount", *arguments]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - our own words


def fill_up(disk: Path) -> Path:
    """Write to *disk* until it is full; return what is to be removed."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return filler


@pytest.fixture
def new_disk() -> Iterator[Callable[..., Path]]:
    """Make disks of some megabytes, each its owner's alone."""
    made: list[Path] = []

    def make(megabytes: int, *, uid: int = 0) -> Path:
        disk = Path(tempfile.mkdtemp(prefix="disk-"))
        options = f"size={megabytes}m,mode=700,uid={uid}"
        if os.geteuid() != 0 or not mount("-t", "tmpfs", "-o", options, "tmpfs", disk):
            disk.rmdir()
            assert not os.environ.get("CI"), "CI must be able to mount a small disk"  # noqa: TID251 - as the browser tests ask
            pytest.skip("mounting a small disk asks for rights that this user lacks")
        made.append(disk)
        return disk

    yield make
    for each in made:
        subprocess.run(["/bin/umount", "-l", each], check=True)  # noqa: S603 - our own words
        each.rmdir()
