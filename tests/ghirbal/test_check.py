"""`ghirbal check`: every finding at its place, under its code, in every form; nothing changes."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from cleaners import cleaner_types
from cleaners.chrome.stock import STOCK_CLASSES
from ghirbal.checking.codes import CODES, OTHER, code_of
from ghirbal.checking.listing import listed
from ghirbal.command import main

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GIT = shutil.which("git")
HERE = Path(__file__).resolve().parent
BODY = "The council met on Monday and talked about the new bridge over the river for hours."
ARABIC = "قال الوزير اليوم إن المحادثات بشأن الجسر الجديد استمرت ساعات طويلة في العاصمة."
BAD = f"Home » News\n{BODY}\nShare this article"
STRETCHED = f"{ARABIC}\nانتهى الاجتماع بيـــان مشترك صدر عن الوفدين في ختام اليوم الأول من المحادثات."


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    written = capsys.readouterr()
    return code, written.out, written.err


def found(capsys, *arguments):
    _, out, _ = run(capsys, "check", "--output-format", "json", *arguments)
    return json.loads(out)["findings"]


def jsonl(path, *texts, **more):
    lines = [
        json.dumps({"id": f"n{i}", "text": text}, **{"ensure_ascii": False, **more}) for i, text in enumerate(texts)
    ]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_clean_files_are_quiet(capsys):
    jsonl("a.jsonl", BODY, ARABIC)
    Path("b.txt").write_text(BODY)
    assert run(capsys, "check", "a.jsonl", "b.txt") == (0, "", "")


def test_findings_are_sorted_lines_and_nothing_changes(capsys):
    jsonl("z/b.jsonl", BODY, BAD)
    Path("a.txt").write_text(BODY + "\nShare this article\n")
    before = Path("z/b.jsonl").read_bytes()
    code, out, err = run(capsys, "check", "z/b.jsonl", "a.txt")
    assert code == 1
    assert out == (
        "a.txt:2:1: GH240 share row: 'Share this article\\n' goes\n"
        "z/b.jsonl:2:23: GH205 breadcrumb: 'Home » News\\n' goes\n"
        f"z/b.jsonl:2:{25 + len('Home » News') + len(BODY) + 2}: GH240 share row: '\\nShare this article' goes\n"
    )
    assert err == "ghirbal: 3 findings, 0 warnings in 2 of 2 files\n"
    assert Path("z/b.jsonl").read_bytes() == before


@pytest.mark.parametrize("escaped", [True, False])
def test_json_places_count_characters_as_written(capsys, escaped):
    jsonl("a.jsonl", BODY, 'أ\t😀 "x"\\ ' + STRETCHED, ensure_ascii=escaped)
    stretched = [one for one in found(capsys, "a.jsonl") if one["code"] == "GH111"]
    line = Path("a.jsonl").read_text(encoding="utf-8").splitlines()[1]
    written = json.dumps("ـــ", ensure_ascii=escaped)[1:-1]
    assert [(one["row"], one["column"]) for one in stretched] == [(2, line.index(written) + 1)]


def test_csv_places(capsys):
    Path("a.csv").write_text(
        f'id,text,n\r\n1,"{BODY}\r\nsaid ""so""",3\r\n2,"{BODY}\n{STRETCHED}",4\n', encoding="utf-8", newline=""
    )
    (one,) = [one for one in found(capsys, "a.csv") if one["code"] == "GH111"]
    content = Path("a.csv").read_bytes().decode()
    record = content[content.index("2,") :]
    assert (one["row"], one["column"]) == (2, record.index("ـــ") + 1)
    assert one["line"] == content[: content.index("ـــ")].count("\n") + 1
    assert content.split("\n")[one["line"] - 1][one["line_column"] - 1 :].startswith("ـــ")


@pytest.mark.parametrize(
    ("name", "pack"), [("a.txt", bytes), ("a.txt.gz", gzip.compress), ("a.txt.zst", zstd.compress)]
)
def test_text_places_are_lines(capsys, name, pack):
    Path(name).write_bytes(pack(b"\xef\xbb\xbf" + STRETCHED.encode()))
    (one,) = found(capsys, name)
    assert (one["row"], one["column"]) == (2, STRETCHED.split("\n")[1].index("ـ") + 1)


@pytest.mark.parametrize("encoding", ["cp1256", "utf-16"])
def test_encodings(capsys, encoding):
    Path("a.txt").write_bytes(STRETCHED.encode(encoding))
    (one,) = found(capsys, "a.txt", "--encoding", encoding)
    assert (one["row"], one["column"]) == (2, STRETCHED.split("\n")[1].index("ـ") + 1)


def test_parquet_places_are_rows(capsys):
    pl.DataFrame({"text": [BODY, STRETCHED], "n": [1, 2]}).write_parquet("a.parquet")
    (one,) = found(capsys, "a.parquet")
    assert (one["row"], one["column"], one["line"]) == (2, STRETCHED.index("ـ") + 1, None)


def test_rows_that_cannot_be_read_are_findings(capsys):
    good = json.dumps({"text": BODY}).encode()
    lines = [b"{broken", b'{"text": null}', b'{"body": "x"}', b'{"text": "\xff"}', b"[1]", good]
    Path("a.jsonl").write_bytes(b"\n".join(lines))
    Path("b.jsonl.gz").write_bytes(gzip.compress(good + b"\n" + good)[:-12])
    code, out, _ = run(capsys, "check", "a.jsonl", "b.jsonl.gz")
    assert code == 1
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["a.jsonl:1:1:", "GH901"],
        ["a.jsonl:2:1:", "GH902"],
        ["a.jsonl:3:1:", "GH902"],
        ["a.jsonl:4:1:", "GH903"],
        ["a.jsonl:5:1:", "GH901"],
        ["b.jsonl.gz:2:1:", "GH904"],
    ]


def test_columns_and_titles_can_be_named(capsys):
    headline = "Council talks about the new bridge"
    row = {"head": headline, "body": f"{headline}\n{BODY}", "text": 3}
    Path("a.jsonl").write_text(json.dumps(row) + "\n")
    (one,) = found(capsys, "a.jsonl", "--text", "body", "--title", "head")
    assert one["code"] == "GH202"
    assert run(capsys, "check", "a.jsonl", "--text", "body")[0] == 0


def test_warnings_count_only_under_strict(capsys):
    jsonl("a.jsonl", f"A letter \ufffd was lost here. {BODY}")
    code, out, _ = run(capsys, "check", "a.jsonl")
    assert code == 0
    assert ": GH108 warning: " in out
    code, _, err = run(capsys, "check", "a.jsonl", "--strict")
    assert (code, err) == (1, "ghirbal: 0 findings, 1 warning (--strict: they count) in 1 of 1 file\n")


def test_large_files_are_skipped_aloud(capsys):
    jsonl("a.jsonl", BAD * 100)
    code, out, _ = run(capsys, "check", "a.jsonl", "--max-size", "1K")
    assert code == 0
    assert out.startswith("a.jsonl:1:1: GH905 warning: ")


def test_codes_are_selected(capsys):
    jsonl("a.jsonl", BAD, STRETCHED)

    def codes(*more):
        return {one["code"] for one in found(capsys, "a.jsonl", *more)}

    assert codes() == {"GH205", "GH240", "GH111"}
    assert codes("--select", "GH2") == {"GH205", "GH240"}
    assert codes("--ignore", "GH2", "--select", "GH,GH240") == {"GH111", "GH240"}
    assert codes("--per-file-ignores", "*.jsonl:GH1,b*:GH2") == {"GH205", "GH240"}
    code, _, err = run(capsys, "check", "a.jsonl", "--select", "GH1012")
    assert code == 2
    assert "no code begins with 'GH1012'; did you mean 'GH112'?" in err


def test_blank_lines_beside_an_ignored_line_stay(capsys):
    jsonl("a.jsonl", f"{BODY}\n\n\n\nShare this article\n\n")
    codes = [one["code"] for one in found(capsys, "a.jsonl")]
    assert "GH240" in codes
    assert "GH211" in codes
    assert found(capsys, "a.jsonl", "--ignore", "GH240") == []


def settings(text):
    Path("pyproject.toml").write_text(text)


def test_pyproject_is_read(capsys, monkeypatch):
    jsonl("data/a.jsonl", BAD, STRETCHED)
    jsonl("data/raw/b.jsonl", BAD)
    settings(
        '[tool.ghirbal]\nfiles = ["data"]\nignore = ["GH1"]\n'
        '[tool.ghirbal.per-file-ignores]\n"data/raw/*" = ["GH205"]\n'
    )
    (Path("data") / "deep").mkdir()
    monkeypatch.chdir("data/deep")
    assert [(Path(one["path"]).name, one["code"]) for one in found(capsys)] == [
        ("a.jsonl", "GH205"),
        ("a.jsonl", "GH240"),
        ("b.jsonl", "GH240"),
    ]
    assert len(found(capsys, "--ignore", "GH2")) == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("ignores = []", "did you mean 'ignore'?"),
        ("select = 'GH1'", "must be a list of strings, not 'GH1'"),
        ("strict = 'yes'", "must be true or false, not 'yes'"),
        ("output-format = 'txt'", "did you mean 'text'?"),
        ("max-size = 'big'", "max-size of [tool.ghirbal]: 'big' is no size, as 512, 500KB and 10MB are"),
        ("threshold = 'high'", "threshold of [tool.ghirbal]: 'high' is not a number"),
        ("diff = true", "[tool.ghirbal] has no 'diff'"),
        ("per-file-ignores = ['a']", "must be a table"),
        ("recipe = 'nwes'", "'nwes'"),
        ("shingle = 0", "--shingle"),
        ("text = [", "is not TOML"),
    ],
)
def test_pyproject_mistakes_are_named(capsys, line, sentence):
    settings(f"[tool.ghirbal]\n{line}\n")
    jsonl("a.jsonl", BODY)
    code, _, err = run(capsys, "check", "a.jsonl")
    assert code == 2
    assert sentence in err
    assert err.count("\n") == 1


def test_only_check_and_fix_read_pyproject(capsys, tmp_path):
    settings("[tool.ghirbal]\nnonsense = 1\n")
    jsonl("a.jsonl", BAD)
    assert run(capsys, "clean", "a.jsonl", "-o", tmp_path / "out")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name the files to check"),
        (["nowhere.jsonl"], "no such file or folder"),
        (["a.jsonl", "--max-size", "big"], "argument --max-size: 'big' is no size, as 512, 500KB and 10MB are"),
        (["a.jsonl", "--per-file-ignores", "a.jsonl"], "'a.jsonl' is not PATTERN:CODE, as 'raw/*:GH1' is"),
        (["a.jsonl", "--template-guard", "yes"], "'yes' is neither 'on' nor 'off'"),
        (["a.jsonl", "--write-baseline"], "--baseline FILE"),
        (["a.jsonl", "--baseline", "none.json"], "there is no baseline none.json"),
        (["a.jsonl", "--baseline", "a.jsonl"], "is no baseline"),
        (["a.jsonl", "--dupicates"], "did you mean '--duplicates'?"),
        (["a.jsonl", "--paragraph-words", "9"], "does not take '--paragraph-words'; see ghirbal check --help"),
        (["a.jsonl", "--duplicates", "--shingle", "2000"], "a shingle has from 1 to 1000 words, not 2000"),
    ],
)
def test_mistakes_are_one_sentence(capsys, arguments, sentence):
    jsonl("a.jsonl", BODY)
    code, _, err = run(capsys, "check", *arguments)
    assert code == 2
    assert sentence in err
    assert err.count("\n") == 1


def test_baseline_keeps_old_findings_quiet_wherever_they_go(capsys):
    texts = [BAD, f"{BODY}\nShare this article", STRETCHED]
    jsonl("a.jsonl", *texts)
    assert run(capsys, "check", "a.jsonl", "--baseline", "old.json", "--write-baseline")[0] == 0
    assert run(capsys, "check", "a.jsonl", "--baseline", "old.json") == (0, "", "")
    rows = [json.loads(line) for line in Path("a.jsonl").read_text(encoding="utf-8").splitlines()]
    rows.reverse()
    rows[0]["text"] += "\n" + BODY
    Path("moved").mkdir()
    Path("moved/b.jsonl").write_text("\n\n".join(map(json.dumps, rows)))
    assert run(capsys, "check", "moved/b.jsonl", "--baseline", "old.json") == (0, "", "")
    rows[1]["text"] = f"Home » News\n{rows[1]['text']}"
    Path("moved/b.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [one["code"] for one in found(capsys, "moved/b.jsonl", "--baseline", "old.json")] == ["GH205"]


def test_one_more_of_an_old_finding_is_new(capsys):
    jsonl("a.jsonl", "بيـــان " + ARABIC)
    run(capsys, "check", "a.jsonl", "--baseline", "old.json", "--write-baseline")
    jsonl("a.jsonl", "بيـــان " + ARABIC + "\n" + "بيـــان " + ARABIC)
    assert len(found(capsys, "a.jsonl", "--baseline", "old.json")) == 1


def everything():
    """One file of each kind, with errors, warnings, private text and odd names."""
    jsonl("a, b:%.jsonl", BAD, STRETCHED, f"A letter \ufffd was lost. {BODY}")
    with Path("a, b:%.jsonl").open("a") as stream:
        stream.write("{broken\n")
    pl.DataFrame({"text": [STRETCHED]}).write_parquet("أ.parquet")
    return ["a, b:%.jsonl", "أ.parquet"]


def test_sarif_is_valid(capsys):
    schema = json.loads((HERE / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())
    _, out, _ = run(capsys, "check", "--output-format", "sarif", *everything())
    log = json.loads(out)
    jsonschema.Draft4Validator(schema).validate(log)
    results = log["runs"][0]["results"]
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert {one["level"] for one in results} == {"error", "warning"}
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)
    jsonschema.Draft4Validator(schema).validate(json.loads(listed([], "sarif")))


def test_github_commands(capsys):
    _, out, _ = run(capsys, "check", "--output-format", "github", *everything())
    lines = out.splitlines()
    assert len(lines) == len(found(capsys, *everything()))
    assert lines[0] == "::error file=a%2C b%3A%25.jsonl,title=GH205,line=1,col=23::breadcrumb: 'Home » News\\n' goes"
    assert any(line.startswith("::warning ") for line in lines)
    assert lines[-1].startswith("::error file=أ.parquet,title=GH111::row 1: ")


def test_private_text_is_not_shown(capsys):
    blob = "dWlkPTEyMzQ1Njc4O2lwPTE5Mi4xNjguMC4xO3Nlc3Npb249YWJjZGVm"
    jsonl("a.jsonl", f"{BODY}\n{blob}")
    for form in ("text", "json", "github", "sarif"):
        _, out, _ = run(capsys, "check", "a.jsonl", "--output-format", form)
        assert "GH210" in out
        assert blob not in out


@pytest.mark.parametrize("end", ["\n", ""])
def test_diff_is_a_patch_that_fix_agrees_with(capsys, end):
    jsonl("a.jsonl", BODY, BAD, ARABIC, STRETCHED)
    Path("b.txt").write_text(BAD + end)
    Path("c.csv").write_text(f'id,text\n1,"{BAD}"\n2,{BODY}\n', encoding="utf-8")
    files = ["a.jsonl", "b.txt", "c.csv"]
    code, patch, _ = run(capsys, "check", "--diff", *files)
    assert code == 1
    Path("patched").mkdir()
    for name in files:
        (Path("patched") / name).write_bytes(Path(name).read_bytes())
    subprocess.run([GIT, "apply", "--unsafe-paths", "-"], input=patch.encode(), cwd="patched", check=True)
    assert run(capsys, "fix", *files)[0] == 1
    assert [(Path("patched") / name).read_bytes() for name in files] == [Path(name).read_bytes() for name in files]
    assert run(capsys, "check", "--diff", *files) == (0, "", "")


def test_duplicates_are_findings(capsys):
    words = [f"w{i}" for i in range(60)]
    text = " ".join(words) + "."
    jsonl("a.jsonl", BODY, text)
    jsonl("b.jsonl", ARABIC, " ".join(["x", *words[1:]]) + ".", text)
    assert found(capsys, "a.jsonl", "b.jsonl") == []
    code, out, _ = run(capsys, "check", "--duplicates", "a.jsonl", "b.jsonl")
    assert code == 1
    lines = out.splitlines()
    assert len(lines) == 2
    assert {line.split()[1] for line in lines} == {"GH501", "GH502"}
    assert run(capsys, "check", "--duplicates", "--ignore", "GH5", "a.jsonl", "b.jsonl")[0] == 0
    run(capsys, "check", "--duplicates", "a.jsonl", "b.jsonl", "--baseline", "old.json", "--write-baseline")
    assert run(capsys, "check", "--duplicates", "a.jsonl", "b.jsonl", "--baseline", "old.json")[0] == 0


def test_lines_of_sites_come_from_a_table(capsys):
    line = "Tel. 0123456789 | Gazette"
    rows = [{"url": f"https://g.example/{i}", "text": f"On day {i}: {BODY}\n{line}"} for i in range(30)]
    Path("archive.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("new.jsonl").write_text(json.dumps({**rows[0], "text": f"{BODY}\n{line}"}) + "\n")
    assert run(capsys, "sites", "archive.jsonl", "-o", "sites.parquet")[0] == 0
    assert run(capsys, "check", "new.jsonl")[0] == 0
    assert [one["code"] for one in found(capsys, "new.jsonl", "--sites", "sites.parquet")] == ["GH212"]


def test_files_of_many_batches_give_the_same_findings(capsys, monkeypatch):
    files = [jsonl(f"{number}.jsonl", BAD, STRETCHED, BODY) for number in range(5)]
    whole = run(capsys, "check", *files)
    monkeypatch.setattr("ghirbal.checking.check.BATCH_BYTES", 1)
    assert run(capsys, "check", *files) == whole


def test_codes_are_unique_sorted_and_cover_every_cleaner():
    codes = [one.code for one in CODES]
    assert codes == sorted(set(codes))
    assert [name for name in cleaner_types() if code_of(name, "whatever") is OTHER] == []
    reasons = [*STOCK_CLASSES, "below_stock_phrase"]
    assert [reason for reason in reasons if not code_of("DropStockPhrases", reason).reasons] == []


def test_nothing_heavy_is_imported():
    jsonl("a.jsonl", BAD)
    script = (
        "import sys\nfrom ghirbal.command import main\n"
        "assert main(['check', 'a.jsonl']) == 1\n"
        "print([n for n in ('numba', 'datasketch', 'scipy', 'pyarrow', 'pandas', 'dedup') if n in sys.modules])"
    )
    root = str(HERE.parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def stored(capsys, *more):
    """An index that remembers one article, with its name."""
    text = " ".join(f"w{i}" for i in range(60)) + "."
    Path("old.jsonl").write_text(json.dumps({"id": "first", "text": text}) + "\n")
    assert run(capsys, "run", "old.jsonl", "-o", "out", "--index", "seen", *more)[0] == 0
    return text


def test_an_index_is_asked_for_copies_of_what_it_remembers(capsys):
    text = stored(capsys)
    near = text.replace("w0 ", "x ")
    rows = [{"id": "same", "text": text}, {"id": "near", "text": near}, {"id": "other", "text": ARABIC}]
    Path("new.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    before = {path: path.read_bytes() for path in Path("seen").rglob("*") if path.is_file()}
    assert run(capsys, "check", "new.jsonl")[0] == 0
    code, out, _ = run(capsys, "check", "new.jsonl", "--index", "seen")
    assert code == 1
    assert [line.split(" ", 2)[1] for line in out.splitlines()] == ["GH502", "GH501"]
    assert "old.jsonl:1 of seen (97% alike)" in out
    both = run(capsys, "check", "new.jsonl", "--index", "seen", "--duplicates")[1]
    assert both == out  # each names one survivor: what is stored comes first
    content = Path("new.jsonl").read_bytes()
    assert run(capsys, "fix", "new.jsonl", "--index", "seen")[:2] == (0, out)
    assert Path("new.jsonl").read_bytes() == content
    assert {path: path.read_bytes() for path in Path("seen").rglob("*") if path.is_file()} == before


def test_what_is_stored_under_the_same_id_is_the_document_itself(capsys):
    stored(capsys)
    assert run(capsys, "check", "old.jsonl", "--index", "seen")[0] == 0


def test_an_index_of_another_rule_is_refused(capsys):
    stored(capsys, "--threshold", "0.8")
    code, _, err = run(capsys, "check", "old.jsonl", "--index", "seen")
    assert (code, "another threshold (0.8, not 0.5)" in err) == (2, True)
    assert run(capsys, "check", "old.jsonl", "--index", "seen", "--threshold", "0.8")[0] == 0
    assert "holds no index" in run(capsys, "check", "old.jsonl", "--index", "nothing")[2]
    assert not Path("nothing").exists()


def test_the_template_guard_holds_in_a_check_as_in_a_run(capsys):
    cases = (HERE.parent / "dedup" / "guard_cases" / "written.jsonl").read_text().splitlines()
    case = next(one for one in map(json.loads, cases) if one["name"] == "market bulletin, another day")
    jsonl("a.jsonl", case["left"], case["right"])
    chosen = ("--threshold", "0.3")
    assert run(capsys, "check", "--duplicates", "--select", "GH5", *chosen, "a.jsonl")[0] == 0
    assert (
        run(capsys, "check", "--duplicates", "--select", "GH5", *chosen, "--template-guard", "off", "a.jsonl")[0] == 1
    )
    for guard, kept in (("on", 2), ("off", 1)):
        run(capsys, "run", "a.jsonl", "-o", guard, "--template-guard", guard, "--format", "jsonl", *chosen)
        assert len(Path(guard, "documents", "part-00000.jsonl").read_text().splitlines()) == kept


def test_an_ignored_code_hides_no_other(capsys):
    Path("a.txt").write_text("The council met on Monday and talked about the old bridge.\n Read more...\n", "utf-8")
    whole = [one["code"] for one in found(capsys, "a.txt")]
    assert "GH235" in whole
    assert [one["code"] for one in found(capsys, "a.txt", "--ignore", "GH113")] == whole


def test_a_gap_is_closed_as_a_run_closes_it(capsys):
    lines = ["Body one is here and it is long enough to be a line.", "Zobacz też:", "Title of another article here"]
    body = "Body two of the article is here and long enough.\n"
    Path("a.txt").write_text("\n".join([*lines, "", "", body]), "utf-8")
    assert [one["code"] for one in found(capsys, "a.txt")] == ["GH206", "GH206", "GH211"]
    assert found(capsys, "a.txt", "--ignore", "GH206") == []
