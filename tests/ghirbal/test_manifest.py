"""The manifest believes in a part only while its files are what was noted."""

import pytest

from ghirbal.manifest import NAME, Manifest, begun, checksum

JOB = {"command": "run", "recipe": ["A()"]}


@pytest.fixture
def place(tmp_path):
    work = tmp_path / "out" / ".work"
    work.mkdir(parents=True)
    return work


def opened(work):
    return Manifest(JOB, work=work, out=work.parent)


def finish(manifest, work, part, text="whole"):
    path = work / f"part-{part}"
    path.write_text(text)
    return manifest.finish("clean", part, files=[path], facts={"rows": part})


def test_what_was_finished_is_known_again(place):
    first = opened(place)
    finish(first, place, 0)
    finish(first, place, 7)
    first.close()
    second = opened(place)
    assert second.finished("clean", 7) == {"rows": 7}
    assert second.finished("clean", 1) is None
    assert second.finished("find", 0) is None
    assert begun(place) == JOB
    second.close()


def test_nothing_finished_is_nothing_begun(place):
    opened(place).close()
    assert begun(place) is None


@pytest.mark.parametrize("harm", ["change", "delete"])
def test_damaged_part_is_made_again(place, harm):
    first = opened(place)
    finish(first, place, 0)
    finish(first, place, 1)
    first.close()
    if harm == "change":
        (place / "part-0").write_text("Whole")
    else:
        (place / "part-0").unlink()
    second = opened(place)
    assert second.finished("clean", 0) is None
    assert second.finished("clean", 1) == {"rows": 1}
    second.close()


@pytest.mark.parametrize("cut", [1, 20])
def test_line_that_a_kill_cut_short_does_not_count(place, cut):
    first = opened(place)
    finish(first, place, 0)
    finish(first, place, 1)
    first.close()
    log = (place / NAME).read_bytes()
    (place / NAME).write_bytes(log[:-cut])
    second = opened(place)
    assert second.finished("clean", 0) == {"rows": 0}
    assert second.finished("clean", 1) is None
    finish(second, place, 1)
    second.close()
    third = opened(place)
    assert third.finished("clean", 1) == {"rows": 1}
    third.close()


@pytest.mark.parametrize(
    "line",
    [
        b'{"stage": "clean", "part": 0, "files": {}, "facts": {"rows": 9}}',
        b"null",
        b"[]",
        b"{}",
        b"\0" * 9,
        b"\xff",
        b"",
    ],
)
def test_line_that_is_none_of_the_manifest_does_not_count(place, line):
    first = opened(place)
    for part in range(3):
        finish(first, place, part)
    first.close()
    log = place / NAME
    lines = log.read_bytes().splitlines()
    log.write_bytes(b"\n".join([lines[0], line, *lines[2:], b""]))
    second = opened(place)
    assert [second.finished("clean", part) for part in range(3)] == [None, {"rows": 1}, {"rows": 2}]
    second.close()
    log.write_bytes(b"\n".join([line, *lines[1:], b""]))
    assert begun(place) is None


def test_no_byte_of_a_line_can_change_unseen(place):
    first = opened(place)
    finish(first, place, 1)
    first.close()
    log = place / NAME
    job, line = log.read_bytes().splitlines()
    for at in range(0, len(line), 9):
        changed = bytearray(line)
        changed[at] ^= 1
        log.write_bytes(b"\n".join([job, changed, b""]))
        second = opened(place)
        assert second.finished("clean", 1) is None, at
        second.close()


def test_job_line_that_was_cut_short_is_no_job(place):
    (place / NAME).write_bytes(b'{"command": "ru')
    assert begun(place) is None


def test_files_of_the_result_are_noted_too(place):
    manifest = opened(place)
    path = place.parent / "documents" / "part-00000.parquet"
    path.parent.mkdir()
    path.write_bytes(b"x")
    manifest.finish("write", files=[path])
    assert manifest.results() == {"documents/part-00000.parquet": checksum(path)}
    with pytest.raises(ValueError, match="none of the job's folders"):
        manifest.finish("write", files=[place.parent.parent / "elsewhere"])
    manifest.close()
