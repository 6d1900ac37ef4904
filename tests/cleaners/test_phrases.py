"""The files of phrases: every class in every language that news is written in, and nothing that contradicts itself."""

import json
import re
from importlib.resources import files

import pytest

from cleaners.chrome.stock import STOCK_CLASSES
from cleaners.chrome.teasers import HEADINGS
from cleaners.folding import fold_text

FOLDER = files("cleaners").joinpath("phrases")
PHRASES = {
    file.name.removesuffix(".jsonl"): [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for file in sorted(FOLDER.iterdir(), key=lambda one: one.name)
    if file.name.endswith(".jsonl")
}
LANGUAGES = (
    "ar", "en", "fr", "es", "de", "pt", "it", "nl", "pl", "ru", "uk", "tr", "fa", "ur", "ckb", "he", "el", "id", "hi",
    "zh", "ja", "ko", "vi",
)  # fmt: skip
REQUIRED = (
    "breadcrumb_home", "share", "read_also", "related_heading", "most_read_heading", "comment_form", "cookie",
    "newsletter", "subscription_wall", "app_promotion", "copyright", "go_to_top", "byline", "agency_mark",
    "photo_credit", "tag_list", "pagination", "gallery_navigation", "contact_block", "wire_end", "email_mask",
    "reading_time", "advertisement",
)  # fmt: skip
OPINIONS = {"byline", "agency_mark", "photo_credit", "live_updates_mark"}


def classes():
    """Classes that the folder's page documents."""
    return set(re.findall(r"^\| `(\w+)`", FOLDER.joinpath("README.md").read_text("utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("lang", PHRASES)
def test_entries_are_whole_and_stand_once(lang):
    seen = set()
    for entry in PHRASES[lang]:
        assert entry.keys() == {"class", "phrase", "match", "seen"}
        assert entry["match"] in ("line", "prefix", "shape")
        assert entry["class"] in classes()
        assert entry["seen"]
        key = (entry["class"], entry["match"], entry["phrase"])
        assert key not in seen
        seen.add(key)


@pytest.mark.parametrize("lang", PHRASES)
def test_shapes_have_slots_and_a_beginning_that_is_looked_up(lang):
    for entry in PHRASES[lang]:
        slots = re.findall(r"…|<[^>]*>", entry["phrase"])
        if entry["match"] != "shape":
            assert not [slot for slot in slots if slot != "…"], entry
            continue
        assert slots, entry
        assert all(slot in ("…", "<name>", "<networks>", "<row>") or "|" in slot for slot in slots), entry
        assert re.match(r"<networks>|<row>|[^<…]", entry["phrase"]), entry


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_class_is_filled(lang):
    held = {entry["class"] for entry in PHRASES[lang]}
    assert sorted(set(REQUIRED) - held) == []


def test_what_may_head_a_list_opens_no_block_of_teasers_by_itself():
    lines = [entry for entries in PHRASES.values() for entry in entries if entry["match"] == "line"]
    doubtful = {fold_text(entry["phrase"]) for entry in lines if entry["class"] == "topics_heading"}
    certain = {fold_text(entry["phrase"]): entry["phrase"] for entry in lines if entry["class"] in HEADINGS}
    assert {certain[key] for key in doubtful & certain.keys()} == set()


def test_credits_are_never_stock():
    assert not OPINIONS & set(STOCK_CLASSES)
