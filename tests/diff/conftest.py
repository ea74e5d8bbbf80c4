"""A real browser for the pages: Debian's chromium, Chrome, or whatever CHROMIUM names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
# Nothing goes out, nothing is looked up; root cannot use the sandbox.
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


expect.set_options(timeout=30_000)  # milliseconds: the machine may be busy with other things


def found() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def listen(page: Page, said: list[str]) -> None:
    """Into `said`: every message and error of a page, and every address but files that it asks for."""

    def asked(request: Request) -> None:
        if not request.url.startswith("file:"):
            said.append(request.url)

    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", asked)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = found()
    if path is None:
        pytest.skip("no browser is installed: `apt-get install chromium`, or set CHROMIUM to the path of one")
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=flags)
        yield chromium
        chromium.close()
