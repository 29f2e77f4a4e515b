"""`make pictures`: the README's pictures in docs/pictures, taken from the running demo.

pytest collects this file only where it is named, as the Makefile does.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.demo.servers import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
PHONE = {
    "width": 390,
    "height": 844,
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 1.5,
}
LARGEST = 150_000


async def take(window: Any, name: str) -> None:
    """Save what the window shows, once nothing moves and nothing lies over it."""
    page: Page = window.page
    await page.mouse.move(0, 0)
    for each in await page.locator("#toasts").get_by_role("button", name="Close").all():
        await each.click()
    await window.settled()
    picture = in_256_colours(await page.screenshot(animations="disabled"))
    assert len(picture) <= LARGEST
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(picture)


def in_256_colours(png: bytes) -> bytes:
    """Return an RGB picture with the 256 colours that it has most: a third of the size."""
    parts = list(chunks(png))
    width, height = struct.unpack(">II", parts[0][1][:8])
    packed = zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT"))
    lines = [
        [tuple(row[at : at + 3]) for at in range(0, len(row), 3)] for row in rows(packed, width)
    ]
    counted = Counter(pixel for line in lines for pixel in line)
    palette = [colour for colour, _ in counted.most_common(256)]
    number = {
        colour: min(
            range(len(palette)),
            key=lambda at: sum(
                (one - other) ** 2 for one, other in zip(palette[at], colour, strict=True)
            ),
        )
        for colour in counted
    }
    image = b"".join(b"\0" + bytes(map(number.__getitem__, line)) for line in lines)
    return png[:8] + b"".join(
        [
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", b"".join(map(bytes, palette))),
            chunk(b"IDAT", zlib.compress(image, 9)),
            chunk(b"IEND", b""),
        ]
    )


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and data of each part of a PNG file."""
    at = 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        yield kind, png[at + 8 : at + 8 + size]
        at += 12 + size


def chunk(kind: bytes, data: bytes) -> bytes:
    """Make one part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rows(packed: bytes, width: int) -> Iterator[bytearray]:
    """Undo the filters of PNG: each byte is told from those left, above and between."""
    stride = width * 3
    above = bytearray(stride)
    for start in range(0, len(packed), stride + 1):
        kind, row = packed[start], bytearray(packed[start + 1 : start + 1 + stride])
        for at in range(stride):
            left, corner = (row[at - 3], above[at - 3]) if at >= 3 else (0, 0)
            row[at] = (row[at] + expected(kind, left, above[at], corner)) & 255
        yield row
        above = row


def expected(kind: int, left: int, up: int, corner: int) -> int:
    """Return what a byte is likely to be, by the filter of its row."""
    if kind == 4:
        likely = left + up - corner
        return min((left, up, corner), key=lambda each: abs(likely - each))
    return (0, left, up, (left + up) // 2)[kind]


async def without_guide(window: Any) -> None:
    """Make more room for what is to be seen."""
    await window.guide.get_by_role("button", name="Dismiss the guide").click()
    await expect(window.guide).to_be_hidden()


async def accepted(window: Any) -> None:
    """Save the settings of a server that works, and test them."""
    await without_guide(window)
    await window.put_in("All well, with STARTTLS")
    await window.say("/mailtest bob@acme.example")
    await expect(window.last).to_contain_text("accepted the message")
    await expect(window.mails).to_have_count(1)


async def test_the_first_screen(window: Any) -> None:
    await take(window, "first")


async def test_the_filled_form(window: Any) -> None:
    await without_guide(window)
    await window.use("All well, with STARTTLS")
    await window.give_password(PASSWORD)
    await window.modal.get_by_text("Server address").evaluate(
        "each => { each.scrollIntoView(); each.closest('.modal-body').scrollBy(0, -14) }"
    )
    await take(window, "form")


async def test_the_form_for_gmail(window: Any) -> None:
    await without_guide(window)
    await window.open_settings()
    await window.modal.get_by_label("Mail provider").select_option(label="Gmail / Google Workspace")
    await expect(window.modal.get_by_label("Server address")).to_have_value("smtp.gmail.com")
    await take(window, "gmail")


async def test_an_accepted_test_that_somebody_confirmed_beside_its_mail(open_window: Any) -> None:
    window = await open_window(height=920)
    await accepted(window)
    await window.go("inbox")
    await window.mails.first.click()
    await expect(window.page.locator(".reader .code")).to_be_visible()
    await window.last.get_by_role("button", name="It arrived").click()
    await expect(window.last).to_contain_text("got the message")
    await expect(window.last).to_contain_text("What the records")
    await take(window, "confirmed")


async def test_a_failed_test_with_the_fix_in_one_tap(open_window: Any) -> None:
    window = await open_window(height=840)
    await without_guide(window)
    await window.put_in("TLS on the wrong port")
    await window.say("/mailtest bob@acme.example")
    await expect(window.last.get_by_role("button", name="Use SMTP with")).to_be_visible()
    await take(window, "failed")


async def test_a_failed_test_in_the_dark(open_window: Any) -> None:
    window = await open_window(color_scheme="dark", height=840)
    await without_guide(window)
    await window.put_in("Expired certificate")
    await window.say("/mailtest bob@acme.example")
    await expect(window.last).to_contain_text("What we found")
    await take(window, "dark")


async def test_a_phone(open_window: Any) -> None:
    window = await open_window(**PHONE)
    await accepted(window)
    await take(window, "phone")
