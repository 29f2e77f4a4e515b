import re
from pathlib import Path

import pytest

import bot.demo

PAGE = Path(bot.demo.__file__).parent / "page"
FILES = {each.name: each.read_text() for each in sorted(PAGE.iterdir())}
CODE = [name for name in FILES if name.endswith(".js")]
_SVG = "http://www.w3.org/2000/svg"


def used_by(name: str) -> set[str]:
    text = FILES[name]
    imported = re.findall(r'from "\./([\w.]+)"|import "\./([\w.]+)"', text)
    return {each for pair in imported for each in pair if each} | set(
        re.findall(r'(?:src|href)="/static/([\w.]+)"', text)
    )


def test_each_file_is_used_and_each_used_file_is_there() -> None:
    reached: set[str] = set()
    waiting = {"index.html"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= used_by(name) - reached
    assert reached == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_asked_of_another_host(name: str) -> None:
    assert not re.search(r"(?:https?|wss?):?//\w", FILES[name].replace(_SVG, ""))


@pytest.mark.parametrize("name", CODE)
def test_text_never_becomes_markup_or_code(name: str) -> None:
    risky = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|Function\("
    assert not re.search(risky, FILES[name])


def test_the_page_has_no_script_and_no_style_of_its_own() -> None:
    page = FILES["index.html"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page)


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith((".html", ".svg"))])
def test_a_file_says_its_duty_and_is_short(name: str) -> None:
    lines = FILES[name].splitlines()
    assert lines[0].startswith(("/** ", "/* "))
    assert len(lines) <= 300


def test_foreign_html_is_shown_where_it_can_do_nothing() -> None:
    frames = re.findall(r'h\("iframe", \{(.*?)\}', FILES["reader.js"], re.DOTALL)
    assert len(frames) == 1
    assert 'sandbox: ""' in frames[0]
