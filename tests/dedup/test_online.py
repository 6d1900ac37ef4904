"""The online index says what `near_duplicates` says, in memory and in a real Redis, through kills and restarts."""

import itertools
import json
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import redis
from datasketch import MinHash, MinHashLSH

from dedup import Match, OnlineIndex, Rule, near_duplicates, shingle_sets
from dedup.rule import SHORT
from dedup.sketches import SEED
from tests.dedup import twin
from tests.dedup.test_duplicates import corpus

ROOT = Path(__file__).resolve().parents[2]
NAMES = (f"test{n}" for n in itertools.count())


@pytest.fixture(params=["dict", "redis"])
def storage(request):
    if request.param == "dict":
        return {"type": "dict"}
    return request.getfixturevalue("redis_server").storage(next(NAMES))


@pytest.fixture
def shared(redis_server):
    return redis_server.storage(next(NAMES))


@pytest.mark.parametrize("rule", [Rule(2, 0.5), Rule(5, 0.8), Rule(1, 1.0)], ids=str)
def test_one_by_one_is_as_all_at_once(rule, storage):
    """The same decisions, survivors named and similarities, with short texts and empty ones among them."""
    texts = corpus(np.random.default_rng(3), 200, 1000, (0, 90))
    docs = pl.DataFrame({"id": [f"d{i:03}" for i in range(len(texts))], "text": texts})
    index = OnlineIndex(rule, storage=storage)
    told = [index.add(*row) for row in docs.iter_rows()]
    decisions = near_duplicates(docs, rule=rule, prefer=["id"]).decisions
    assert [match and match.id for match in told] == decisions["survivor"].to_list()
    assert [match and match.jaccard for match in told] == decisions["jaccard"].to_list()
    assert [match and match.containment for match in told] == decisions["containment"].to_list()
    assert len(index) == decisions["kept"].sum() < len(texts)
    assert [id_ in index for id_ in docs["id"]] == decisions["kept"].to_list()


def test_templates_are_held():
    """Telegrams of one form, and a copy of one: the guard of the rule decides as for `near_duplicates`."""
    form = "The King sent a cable of congratulation to {0} of {1} on its day. He wished {0} and the people of {1} well."
    fills = [("President Idriss Deby", "Chad"), ("Mahamadou Issoufou", "Niger"), ("President Idriss Deby", "Chad")]
    texts = [form.format(*fill) for fill in fills]
    texts[2] += " The Crown Prince sent a like cable."
    docs = pl.DataFrame({"id": ["a", "b", "c"], "text": texts})
    for guard, expected in ((True, [None, None, "a"]), (False, [None, "a", "a"])):
        rule = Rule(2, 0.4, template_guard=guard)
        index = OnlineIndex(rule)
        assert [match and match.id for match in itertools.starmap(index.add, docs.iter_rows())] == expected
        assert near_duplicates(docs, rule=rule, prefer=["id"]).decisions["survivor"].to_list() == expected


def test_news_one_by_one(evaluation):
    news = pl.read_parquet(evaluation / "saudi_news.parquet", n_rows=600)
    docs = news.select(pl.int_range(pl.len()).cast(pl.String).str.zfill(4).alias("id"), "text")
    index = OnlineIndex()
    told = [match and match.id for match in itertools.starmap(index.add, docs.iter_rows())]
    assert told == near_duplicates(docs, prefer=["id"]).decisions["survivor"].to_list()
    assert any(told)


def test_candidates_are_those_of_datasketch():
    """Long texts: our answers are datasketch's own, with its own minima, less what the exact proof turns down."""
    rule = Rule(1, 0.6)
    texts = pl.Series(corpus(np.random.default_rng(8), 250, 3000, (60, 160)))
    sets = shingle_sets(texts, words=rule.words)
    bands = rule.bands
    index = OnlineIndex(rule)
    lsh = MinHashLSH(num_perm=bands.permutations, params=(bands.bands, bands.rows))
    found = turned_down = 0
    for i, text in enumerate(texts):
        minhash = MinHash(num_perm=bands.permutations, seed=SEED, hashfunc=lambda x: x)
        minhash.update_batch((sets[i] & np.uint64(0xFFFFFFFF)).tolist())
        shared = {j: len(np.intersect1d(sets[i], sets[j])) for j in lsh.query(minhash)}
        sizes = {j: (len(sets[i]), len(sets[j])) for j in shared}
        exact = {j: common / (sum(sizes[j]) - common) for j, common in shared.items()}
        expected = [Match(str(j), exact[j], shared[j] / min(sizes[j])) for j in sorted(exact) if exact[j] >= 0.6]
        assert index.query(text) == expected
        found, turned_down = found + len(expected), turned_down + len(exact) - len(expected)
        if index.add(f"{i}", text) is None:
            lsh.insert(i, minhash)
    assert min(found, turned_down) > 20


@pytest.mark.parametrize("rule", [Rule(1, 0.5), Rule(2, 0.7), Rule(1, 1.0)], ids=str)
def test_short_texts_are_exact(rule, storage):
    texts = corpus(np.random.default_rng(1), 120, 40, (0, 27))
    sets = [twin.shingles(text, rule.words) for text in texts]
    assert max(map(len, sets)) < SHORT
    index = OnlineIndex(rule, storage=storage)
    told = {i: int(match.id) for i, text in enumerate(texts) if (match := index.add(str(i), text))}
    assert told == twin.greedy(sets, list(range(len(texts))), Fraction(str(rule.threshold)))


def test_words_are_not_their_parts():
    index = OnlineIndex()
    assert index.add("dog", "dog") is None
    assert index.query("cat") == index.query("dog dog cat") == index.query("") == []
    assert index.query("Dog!") == [Match("dog", 1.0, 1.0)]
    assert index.add("empty", "") is index.add("empty too", " … ") is None


def test_answers_come_in_the_order_of_adding(storage):
    """Two that do not resemble each other, and one that resembles both."""
    words = [f"w{i}" for i in range(100)]
    index = OnlineIndex(Rule(1, 0.6), storage=storage)
    assert index.add("z", " ".join(words[:80])) is index.add("a", " ".join([*words[20:], "x"])) is None
    both = index.query(" ".join(words))
    assert [match.id for match in both] == ["z", "a"]
    assert both[0] == Match("z", 0.8, 1.0)
    assert index.add("b", " ".join(words)) == both[0]


@pytest.mark.parametrize("text", ["one two three", " ".join(f"w{i}" for i in range(90))], ids=["short", "long"])
def test_what_is_taken_out_is_found_no_more(text, storage):
    index = OnlineIndex(storage=storage)
    assert index.add("", text) is None
    assert index.add("", text) is None
    with pytest.raises(ValueError, match="with another text is stored; remove it first"):
        index.add("", "else")
    assert index.add("b", text).id == ""
    index.remove("")
    assert (index.query(text), len(index), "" in index) == ([], 0, False)
    with pytest.raises(KeyError):
        index.remove("")
    assert index.add("b", text) is None
    assert index.add("", text).id == "b"


def test_another_rule_is_refused(shared):
    OnlineIndex(Rule(2, 0.5), storage=shared).add("a", "one two three")
    with pytest.raises(ValueError, match=r"made with shingles of another length \(2, not 3\); open it with the rule"):
        OnlineIndex(Rule(3, 0.5), storage=shared)
    assert len(OnlineIndex(Rule(2, 0.5), storage=shared)) == 1


def test_another_storage_is_refused():
    with pytest.raises(ValueError, match="of type 'dict' or 'redis', not 'cassandra'"):
        OnlineIndex(storage={"type": "cassandra"})


WRITER = """
import json, sys
from dedup import OnlineIndex, Rule
storage, start, step = json.loads(sys.argv[1])
index = OnlineIndex(Rule(2, 0.6), storage=storage)
print("ready", flush=True)
sys.stdin.readline()
texts = open(sys.argv[2], encoding="utf-8").read().split("\\n")
for i in range(start, len(texts), step):
    match = index.add(str(i), texts[i])
    print(i, match.id if match else "-", flush=True)
"""


def writer(storage, path, start, step):
    order = json.dumps([storage, start, step])
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    return subprocess.Popen([sys.executable, "-c", WRITER, order, str(path)], **pipes)


@pytest.fixture
def texts(tmp_path):
    texts = corpus(np.random.default_rng(9), 300, 500, (5, 90))
    (tmp_path / "texts").write_text("\n".join(texts), encoding="utf-8")
    return texts


def test_two_processes_and_a_restart(redis_server, shared, texts, tmp_path):
    """Both write at once: no two that stay resemble each other, and all is there after the server was killed."""
    rule = Rule(2, 0.6)
    both = [writer(shared, tmp_path / "texts", start, 2) for start in (0, 1)]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = {}
    for process in both:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        told |= dict(line.split() for line in out.splitlines())
    assert len(told) == len(texts)

    redis_server.kill()
    redis_server.start()
    index = OnlineIndex(rule, storage=shared)
    stay = [i for i, survivor in told.items() if survivor == "-"]
    assert len(index) == len(stay) < len(texts) - 50
    # Complete: what stayed resembles itself alone.
    assert all([match.id for match in index.query(texts[int(i)])] == [i] for i in stay)
    # Sound: what went resembles what it went for.
    sets = [twin.shingles(text, rule.words) for text in texts]
    gone = [(int(i), int(survivor)) for i, survivor in told.items() if survivor != "-"]
    assert all(twin.exact(sets[i], sets[survivor]) >= Fraction(6, 10) for i, survivor in gone)


def test_a_killed_writer_leaves_no_half_of_an_article(redis_server, shared, texts, tmp_path):
    """Killed in the middle again and again, then finished by another: the answers of one quiet run."""
    for lines in (3, 10, 17):
        process = writer(shared, tmp_path / "texts", 0, 1)
        process.stdin.write("go\n")
        process.stdin.flush()
        for _ in range(lines):
            assert process.stdout.readline()
        time.sleep(lines / 1000)
        process.kill()
        process.communicate()
        with redis.Redis(**redis_server.address) as client:
            client.delete(shared["basename"] + "_turn")  # as Redis does by itself after a few seconds
    index, quiet = OnlineIndex(Rule(2, 0.6), storage=shared), OnlineIndex(Rule(2, 0.6))
    for i, text in enumerate(texts):
        assert index.add(str(i), text) == quiet.add(str(i), text)
    assert len(index) == len(quiet)
