"""The report in a real browser: no complaint, no request, working filters and folds, hostile text as text."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ghirbal.job import run

CHROMIUM = "chromium"
# Without them Chromium looks for updates and Google's hosts, which a closed network refuses many times a second.
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]
HOSTILE = '</script><script>alert(1)</script>"><img src=//evil.example/x onerror=alert(1)> \u202eevil\u202c \u2066x'
ARABIC = "افتتح الوزير صباح اليوم الجسر الجديد فوق النهر بحضور أعضاء المجلس وعدد من سكان القرية المجاورة"


class Browser:
    """Chromium, spoken to over its two pipes: JSON messages that end in a null byte."""

    def __init__(self, profile: Path) -> None:
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        kept = os.dup(theirs_in), os.dup(theirs_out)

        def take_pipes() -> None:
            os.dup2(kept[0], 3)
            os.dup2(kept[1], 4)

        self._process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}"],
            preexec_fn=take_pipes,  # noqa: PLW1509 (the browser wants its pipes as 3 and 4)
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for handle in (theirs_in, theirs_out, *kept):
            os.close(handle)
        self._rest = b""
        self._asked = 0
        self.events: list[dict] = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **parameters: object) -> dict:
        """Ask for something and wait for the answer; what happens meanwhile is kept in `events`."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        if hasattr(self, "_session"):
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._asked:
                assert "error" not in told, told
                return told["result"]

    def _next(self) -> dict:
        while b"\0" not in self._rest:
            piece = os.read(self._from, 1 << 16)
            assert piece, "the browser has ended"
            self._rest += piece
        one, _, self._rest = self._rest.partition(b"\0")
        told = json.loads(one)
        if "method" in told:
            self.events.append(told)
        return told

    def show(self, path: Path, *, width: int = 1200, height: int = 900, dark: bool = False, media: str = "") -> None:
        """Load a page and wait until it is there."""
        self.events.clear()
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self("Page.navigate", url=path.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._next()

    def run(self, script: str) -> object:
        """Return the value of an expression in the page."""
        told = self("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def picture(self, path: Path, *, top: int = 0, height: int | None = None) -> None:
        """Save the page as it looks."""
        size = self("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "height": height or size["height"], "scale": 1}
        made = self("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(made["data"]))

    def complaints(self) -> list[dict]:
        """Everything the browser held against the page."""
        self.run("1")
        bad = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening")
        return [event for event in self.events if event["method"] in bad]

    def requests(self) -> list[str]:
        """Every address that was asked for, those inside the page apart."""
        sent = [event["params"] for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent if not one["request"]["url"].startswith("data:")]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._to)
        os.close(self._from)


def install() -> None:
    """Bring Chromium where it is missing and may be brought; a test must not depend on who set up the machine."""
    if shutil.which(CHROMIUM) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["/usr/bin/apt-get", "update", "-q"], check=True, timeout=300, **quiet)
        subprocess.run(
            ["/usr/bin/apt-get", "install", "-y", "-q", "--no-install-recommends", CHROMIUM],
            check=True,
            timeout=900,
            **quiet,
        )
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no chromium, and only root can install it")


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    install()
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory, rows, write_jsonl):
    """The report of an archive with Arabic, hostile and unreadable rows."""
    folder = tmp_path_factory.mktemp("browser")
    arabic = f"{ARABIC} {HOSTILE} {ARABIC}"
    made = [
        {"id": HOSTILE, "title": HOSTILE, "site": HOSTILE, "text": f"{arabic}\n\nشارك هذا الخبر"},
        {"id": "ع2", "site": HOSTILE, "text": f"{arabic} مرة أخرى\n\nشارك هذا الخبر"},
        *rows(5, 60),
    ]
    run([write_jsonl(folder / HOSTILE.replace("/", "_") / "a.jsonl", made, bad=True).parent], folder / "out")
    return folder / "out" / "report.html"


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_complained_of_or_asked_for(browser, report, width, dark):
    browser.show(report, width=width, dark=dark)
    browser.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert browser.complaints() == []
    assert browser.requests() == [report.resolve().as_uri()]
    assert browser.run("document.documentElement.scrollWidth") == width
    paper = browser.run("getComputedStyle(document.body).backgroundColor")
    light = sum(int(part) for part in paper.removeprefix("rgb(").removesuffix(")").split(",")) > 3 * 128
    assert light != dark


def test_hostile_text_is_text(browser, report):
    browser.show(report)
    assert browser.run("document.scripts.length") == 1
    assert browser.run("document.images.length") == 0
    told = browser.run("document.body.textContent")
    assert "</script><script>alert(1)</script>" in told
    assert "onerror=alert(1)" in told
    assert not set(told) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    inline = "[...document.querySelectorAll('*')].filter((one) => [...one.attributes].some("
    assert browser.run(inline + "(a) => a.name.startsWith('on') || a.name === 'style')).length") == 0


def test_the_policy_stops_what_escaping_would_miss(browser, report):
    browser.show(report)
    browser.run(
        "document.body.insertAdjacentHTML('beforeend', "
        '\'<img src="https://evil.example/x" onerror="window.bad = 1">\')'
    )
    browser.run("new Promise((done) => setTimeout(done, 200))")
    assert browser.run("window.bad") is None
    failed = [event["params"] for event in browser.events if event["method"] == "Network.loadingFailed"]
    assert [one["blockedReason"] for one in failed] == ["csp"]


def test_arabic_stands_right_and_names_do_not_turn_the_page(browser, report):
    browser.show(report)
    directions = browser.run(
        "[...document.querySelectorAll('.text, bdi')].filter((one) => /^[^a-z]*[\u0600-\u06ff]/i.test(one.textContent))"
        ".map((one) => getComputedStyle(one).direction)"
    )
    assert directions
    assert set(directions) == {"rtl"}
    assert browser.run("getComputedStyle(document.querySelector('#cleaners .where')).direction") == "ltr"


def test_filters_and_folds_work(browser, report):
    browser.show(report)
    shown = "[...document.querySelectorAll('#cleaners .item')].filter((one) => !one.hidden).length"
    every = browser.run(shown)
    assert every > 3
    assert browser.run("document.querySelectorAll('#cleaners details[open]').length") == 0
    browser.run(
        "(() => { const words = document.querySelector('#cleaners input'); words.value = 'share this';"
        "words.dispatchEvent(new Event('input')); })()"
    )
    some = browser.run(shown)
    assert 0 < some < every
    assert browser.run("document.querySelector('#cleaners output').textContent") == f"{some} of {every} shown"
    assert browser.run("document.querySelectorAll('#cleaners details[open]').length") > 0
    browser.run(
        "(() => { const words = document.querySelector('#cleaners input'); words.value = '';"
        "const kind = document.querySelector('#cleaners select'); kind.value = 'DropRepeatedHeadline';"
        "kind.dispatchEvent(new Event('change')); })()"
    )
    assert 0 < browser.run(shown) < every
    browser.run("document.querySelector('#clusters button').click()")
    assert browser.run("document.querySelectorAll('#clusters .card details:not([open])').length") == 0
    browser.run("document.querySelector('#clusters button').click()")
    assert browser.run("document.querySelectorAll('#clusters .card details[open]').length") == 0
    assert browser.complaints() == []


def test_without_the_script_all_can_be_read(browser, report):
    browser("Emulation.setScriptExecutionDisabled", value=True)
    browser.show(report)
    browser("Emulation.setScriptExecutionDisabled", value=False)
    hidden = "[...document.querySelectorAll('.item, .tools')].map((one) => one.offsetParent === null && one.className)"
    assert "tools" in browser.run(f"{hidden}.filter(Boolean).join()")
    assert browser.run("document.querySelector('.tools').hidden") is True


def test_everything_is_open_in_print(browser, report):
    browser.show(report)
    assert len(browser("Page.printToPDF")["data"]) > 10_000
    assert browser.run("document.querySelectorAll('details:not([open])').length") == 0
    browser.show(report, media="print")
    assert browser.run("getComputedStyle(document.querySelector('nav')).display") == "none"
