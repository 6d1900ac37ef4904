import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners.layers import SPANS, composed
from cleaners.ledger import Edit, compose

WORDS = st.text(alphabet="abé", max_size=4)


@st.composite
def layer(draw, text, name):
    """Edits of a text: of all of it, or of some places that do not overlap."""
    size = len(text.encode())
    if size and draw(st.booleans()):
        places = [(0, size)]
    else:
        edges = [len(text[:i].encode()) for i in range(len(text) + 1)]
        cuts = sorted(draw(st.lists(st.sampled_from(edges), unique=True, max_size=6)))
        places = list(zip(cuts[::2], cuts[1::2], strict=False))
    reason = st.sampled_from(["one", "other"])
    edits = []
    for start, end in places:
        before = text.encode()[start:end].decode()
        after = draw(WORDS.filter(lambda word, before=before: word != before))
        edits.append(Edit(start, end, before, after, (name,), (draw(reason),)))
    return edits


def left_by(text, edits):
    source, at, pieces = text.encode(), 0, []
    for edit in edits:
        pieces += [source[at : edit.start], edit.after.encode()]
        at = edit.end
    return b"".join([*pieces, source[at:]]).decode()


@st.composite
def lines(draw):
    rows = []
    for text in draw(st.lists(st.text(alphabet="abcé ", max_size=12), min_size=1, max_size=5)):
        first = draw(layer(text, draw(st.sampled_from("AB"))))
        middle = left_by(text, first)
        second = draw(layer(middle, "B"))
        rows.append((first, second, left_by(middle, second)))
    return rows


def as_frame(layers):
    rows = [
        (row, *edit[:4], "\n".join(edit.cleaner), "\n".join(edit.reason))
        for row, edits in enumerate(layers)
        for edit in edits
    ]
    return pl.DataFrame(rows, schema=SPANS, orient="row")


@settings(max_examples=400, deadline=None)
@given(lines())
def test_layers_of_many_lines_are_composed_as_those_of_one(rows):
    firsts, seconds, texts = zip(*rows, strict=True)
    found = composed(as_frame(firsts), as_frame(seconds), pl.Series(texts, dtype=pl.String))
    expected = as_frame([compose(list(first), list(second)) for first, second in zip(firsts, seconds, strict=True)])
    assert found.sort("row", "start").rows() == expected.sort("row", "start").rows()
