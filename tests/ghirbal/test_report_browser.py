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
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --remote-debugging-pipe"
).split()
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
        told = self("Runtime.evaluate", expression=script, returnByValue=True)
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
        subprocess.run(["apt-get", "update", "-q"], check=True, timeout=300, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", CHROMIUM], check=True, timeout=900, **quiet
        )
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no chromium, and only root can install it")


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    install()
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()
