"""The report needs nothing but itself, shows hostile text as text, keeps private text to itself, stays small."""

import base64
import hashlib
import json
import random
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from ghirbal.command import main
from ghirbal.errors import GhirbalError
from ghirbal.job import clean, dedup, run
from ghirbal.options import Options
from ghirbal.report import write_report
from ghirbal.report.clipping import LONGEST, clipped
from ghirbal.report.difference import difference
from ghirbal.report.markup import DEAREST, shown
from ghirbal.report.sampling import lots

HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> \u202eevil\u202c'
VOID = ("meta", "link", "input")


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.open, self.policy = [], [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        named = dict(attributes)
        self.links += [value for name, value in attributes if name in ("src", "href", "action", "srcset")]
        assert not [name for name in named if name.startswith("on") or name == "style"]
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def out(archive, tmp_path):
    run([archive], tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def page(out):
    return (out / "report.html").read_text(encoding="utf-8")


def test_page_is_whole_and_needs_nothing_else(page):
    parsed = Page(page)
    assert parsed.open == []
    assert [link for link in parsed.links if not link.startswith("#")] == ["data:,"]
    assert not {"img", "iframe", "object", "form", "base"} & set(parsed.tags)
    assert parsed.tags.count("script") == parsed.tags.count("style") == 1
    assert "http" not in page.replace("https://site", "").replace("http-equiv", "")


def test_policy_allows_the_one_script_and_the_one_style(page):
    policy = Page(page).policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        source = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_numbers_come_first(page):
    assert page.index("<b>79</b> rows came in") < page.index("<h2>") < page.index("<svg")
    assert "<b>3</b> could not be read" in page
    assert "DropStockPhrases" in page
    assert "Paragraphs that stand elsewhere too" in page


def test_every_picture_has_words(page):
    pictures = re.findall("<svg[^>]*>", page)
    assert len(pictures) > 8
    assert all('aria-label="' in picture or 'aria-hidden="true"' in picture for picture in pictures)
    assert page.count('role="img"') == page.count("<svg") - page.count('aria-hidden="true"')
    assert page.count("the same in numbers") == 4


def test_every_link_inside_the_page_leads_somewhere(page):
    links = re.findall('href="#([^"]+)"', page)
    assert len(links) == 10
    assert all(f'<section id="{link}">' in page for link in links)


def test_report_json_has_the_same_numbers(out):
    told = json.loads((out / "report.json").read_bytes())
    kept = json.loads((out / "run.json").read_bytes())
    assert told["run"]["counts"] == kept["counts"]
    decisions = pl.read_parquet(out / "decisions" / "*.parquet")
    removed = decisions.filter(~pl.col("kept"))
    assert sum(told["pairs"]["proved"]) == removed.height
    assert sum((size - 1) * count for size, count in told["clusters"]["sizes"]) == removed.height
    assert sum(count for _, count in told["lengths"]["before"]) == decisions.height
    assert sum(count for _, count in told["lengths"]["after"]) == decisions.height - removed.height
    assert sum(rows for _, rows, _ in told["sources"]["sites"]) == decisions.height
    assert sum(gone for _, _, gone in told["sources"]["days"]) == removed.height
    edits = pl.read_parquet(out / "edits" / "*.parquet")
    counted = dict(edits["cleaner"].explode().value_counts().iter_rows())
    counted.pop("near_duplicate_paragraphs")
    assert {one["cleaner"]: one["edits"] for one in told["cleaners"]} == counted
    assert told["quarantined"]["rows"][0]["row"] == 4


def test_examples_stand_in_the_text_that_was_left(out):
    told = json.loads((out / "report.json").read_bytes())
    texts = {
        (row["id"], row["text"][:40]): row["text"]
        for row in pl.read_parquet(out / "documents" / "*.parquet").to_dicts()
    }
    seen = 0
    for one in told["cleaners"]:
        for example in one["examples"]:
            around = [side for side in (example["left"], example["right"]) if side]
            assert around, example
            seen += any(all(side in text for side in around) for text in texts.values())
    assert seen > 3


def test_an_example_is_no_mere_blank_line_where_there_is_another(tmp_path, write_jsonl):
    body = "Rain fell on the city all day and the river rose above its banks in the evening, said the mayor."
    text = f"{body}\n\nShare this article\n\n\n{body[::-1]}"
    clean([write_jsonl(tmp_path / "a.jsonl", [{"text": text}] * 30)], tmp_path / "out")
    told = json.loads((tmp_path / "out" / "report.json").read_bytes())["cleaners"]
    (examples,) = [one["examples"] for one in told if one["cleaner"] == "DropStockPhrases"]
    assert [example["reasons"][-1] for example in examples] == ["share"]


def test_differences_are_those_of_the_two_texts(out):
    told = json.loads((out / "report.json").read_bytes())
    pairs = told["pairs"]["above"] + told["clusters"]["largest"]
    assert pairs
    for pair in pairs:
        if pair["jaccard"] < 1:
            assert {"-", "+"} & {kind for kind, _ in pair["difference"]}
    assert [pair["jaccard"] for pair in told["pairs"]["above"]] == sorted(p["jaccard"] for p in told["pairs"]["above"])


def test_pairs_below_the_threshold_are_shown_though_nothing_names_them(tmp_path, write_jsonl):
    chance = random.Random(3)  # noqa: S311 (a test wants the same rows each time)
    words = [f"word{number}" for number in range(4000)]
    rows = []
    for number in range(30):
        text = chance.sample(words, 200)
        rows.append({"id": f"a{number}", "text": " ".join(text)})
        text[60:100] = chance.sample(words, 40)
        text[150:160] = chance.sample(words, 10)
        rows.append({"id": f"b{number}", "text": " ".join(text)})
    run([write_jsonl(tmp_path / "a.jsonl", rows)], tmp_path / "out", options=Options(threshold=0.7))
    told = json.loads((tmp_path / "out" / "report.json").read_bytes())["pairs"]
    assert sum(told["drawn"]) > 5
    below = [pair["jaccard"] for pair in told["below"]]
    assert below
    assert max(below) < 0.7
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Just below" in page


@pytest.mark.parametrize("command", [clean, dedup])
@pytest.mark.parametrize("format_", ["parquet", "jsonl", "csv"])
def test_report_of_each_command_and_format(archive, tmp_path, command, format_):
    command([archive], tmp_path / "out", options=Options(format=format_))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert Page(page).open == []
    told = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert sum(count for _, count in told["lengths"]["after"]) == told["run"]["counts"]["rows"]["survivors"]


def test_report_of_nothing(tmp_path, write_jsonl):
    run([write_jsonl(tmp_path / "a.jsonl", [{"text": ""}])], tmp_path / "out")
    assert Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8")).open == []


def test_samples_do_not_depend_on_the_batches(archive, tmp_path):
    pages = []
    for rows in (7, 1000):
        run([archive], tmp_path / f"out{rows}", options=Options(batch_rows=rows))
        pages.append([(tmp_path / f"out{rows}" / name).read_bytes() for name in ("report.json", "report.html")])
    assert pages[0] == pages[1]


def test_hostile_archive_stays_small(tmp_path, write_jsonl):
    chance = random.Random(1)  # noqa: S311 (a test wants the same rows each time)
    nasty = ["\u202e", "\u2066", "\x1b", '"', "&", "<b>", "\u200b", "\ufeff"]
    rows = [
        {
            "id": "".join(chance.choices(nasty, k=3000)) + str(number),
            "site": "".join(chance.choices(nasty, k=900)) + str(number % 60),
            "date": f"{1000 + number}-01-01",
            "text": "\n\n".join(
                " ".join("".join(chance.choices(nasty, k=30)) + f"w{number // 2}n{at}" for at in range(40))
                + chance.choice("abc")
                for _ in range(6)
            )
            + "\n\nShare this article",
        }
        for number in range(400)
    ]
    run([write_jsonl(tmp_path / "a.jsonl", rows)], tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_bytes()
    assert len(page) < 3_000_000
    parsed = Page(page.decode())
    assert parsed.open == []
    assert parsed.tags.count("b") < 400


def test_hostile_text_stays_text(tmp_path, write_jsonl):
    made = [
        {"id": HOSTILE, "title": HOSTILE, "text": f"{HOSTILE}\n\nThe body of the article stands here, and it is long."}
    ]
    run([write_jsonl(tmp_path / "<b>.jsonl", made)], tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert Page(page).tags.count("script") == 1
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
    for text in (
        "[]",
        '{"job": 3}',
        '{"job": {}, "counts": {}, "notes": []}',
        '{"job": 1, "counts": 1, "notes": 1, "files": 1}',
        '{"job": {}, "counts": {}, "notes": [], "files": null}',
    ):
        (tmp_path / "run.json").write_text(text)
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
    assert list(timings) == [
        "learn sites",
        "read, clean, sketch",
        "find articles",
        "find paragraphs",
        "write",
        "report",
    ]
    assert timings["write"]["peak MB so far"] > 10


def test_long_text_is_shortened():
    assert len(clipped("x" * 10_000)) < LONGEST + 10
    assert len(shown('"' * 10_000)) < DEAREST + 10
    assert len(shown("\u202e\u202d" * 10_000)) < DEAREST + 100


def test_joiners_that_spell_are_left_alone():
    assert shown("می\u200cخواهم") == "می\u200cخواهم"
    assert shown("a\u200c") == "a<code>U+200C</code>"


def test_report_without_report_json_tells_what_the_tables_tell(out):
    (out / "report.json").unlink()
    write_report(out)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert Page(page).open == []
    assert "The texts are not at hand" in page


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("one", ""),
        ("the bridge was closed", "the bridge is closed"),
        ("今天天气很好", "今天天气不好"),
        ("a b " * 900, "b a " * 900),
        ("خبر أول عن الجسر", "خبر ثان عن الجسر"),
    ],
)
def test_difference_says_what_each_side_has(first, second):
    told = difference(first, second)
    assert sum(len(words) for _, words in told) < 20_000
    assert {kind for kind, _ in told} <= {"=", "-", "+", "…"}
    if all(kind != "…" for kind, _ in told):
        for side, text in (("-", first), ("+", second)):
            assert "".join(words for kind, words in told if kind in ("=", side)).split() == text.split()
    assert any(kind in "+-" for kind, _ in told) == (first != second)


def test_lots_depend_on_the_place_alone():
    frame = pl.DataFrame({"file": ["a", "b", "a"], "row": [1, 1, 2], "start": [0, 5, 9]})
    assert lots(frame, "start").n_unique() == 3
    assert lots(frame.reverse(), "start").to_list() == lots(frame, "start").to_list()[::-1]
