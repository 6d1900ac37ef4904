"""The report needs nothing but itself, shows hostile text as text, and keeps private text to itself."""

import json
from html.parser import HTMLParser

import polars as pl
import pytest

from ghirbal.command import main
from ghirbal.errors import GhirbalError
from ghirbal.job import run
from ghirbal.page import shown
from ghirbal.report import write_report

HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> \u202eevil\u202c'


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.open = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def page(archive, tmp_path):
    run([archive], tmp_path / "out")
    return (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_page_is_whole_and_needs_nothing_else(page):
    parsed = Page(page)
    assert parsed.open == []
    assert parsed.links == []
    assert not {"script", "img", "link", "iframe"} & set(parsed.tags)
    assert "http" not in page.replace("https://site", "")


def test_numbers_come_first(page):
    assert page.index("<b>79</b> rows came in") < page.index("<h2>")
    assert "<b>3</b> could not be read" in page
    assert "DropStockPhrases" in page
    assert "Paragraphs that also stand elsewhere" in page


def test_hostile_text_stays_text(tmp_path, write_jsonl):
    made = [
        {"id": HOSTILE, "title": HOSTILE, "text": f"{HOSTILE}\n\nThe body of the article stands here, and it is long."}
    ]
    run([write_jsonl(tmp_path / "<b>.jsonl", made)], tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "script" not in Page(page).tags
    assert "&lt;script&gt;" in page
    assert "<b>.jsonl" not in page
    assert "\u202e" not in page
    assert "<code>U+202E</code>" in page


def test_private_text_is_not_shown(seeds, tmp_path):
    run([seeds], tmp_path / "out")
    edits = pl.read_parquet(tmp_path / "out" / "edits" / "*.parquet")
    blobs = edits.filter(pl.col("cleaner").list.contains("DropTrackingBlob"))["before"].to_list()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert blobs
    assert all(word not in page for blob in blobs for word in blob.split() if len(word) > 15)
    assert "private, not shown" in page


def test_command_builds_the_same_page_again(archive, tmp_path, capsys):
    out = tmp_path / "out"
    run([archive], out)
    before = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    assert main(["report", str(out)]) == 0
    assert capsys.readouterr().out == f"{out / 'report.html'}\n"
    assert (out / "report.html").read_bytes() == before


def test_report_of_a_damaged_result_is_refused(tmp_path):
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(GhirbalError, match="damaged"):
        write_report(tmp_path)
    (tmp_path / "run.json").write_text("[]")
    with pytest.raises(GhirbalError, match="not written by ghirbal"):
        write_report(tmp_path)


def test_run_json_says_how_the_result_was_made(archive, tmp_path):
    run([archive], tmp_path / "out")
    made = json.loads((tmp_path / "out" / "run.json").read_bytes())
    assert [one["file"] for one in made["job"]["inputs"]] == ["a.jsonl", "day/b.jsonl"]
    assert made["job"]["versions"].keys() == {"ghirbal", "polars", "numpy", "numba", "regex", "ftfy"}
    assert "DropPullQuote(least_words=7, most_words=40)" in made["job"]["recipe"]
    assert made["counts"]["cleaned"]["by cleaner"]["DropStockPhrases"] > 0
    assert not [key for key in str(made) if "seconds" in key]
    timings = json.loads((tmp_path / "out" / "timings.json").read_bytes())
    assert list(timings) == ["read, clean, sketch", "find articles", "find paragraphs", "write", "report"]
    assert timings["write"]["peak MB so far"] > 10


def test_long_text_is_shortened():
    assert len(shown("x" * 10_000)) < 300
