"""The language of the column ``part``: every text that ships is one, and comes back as it was."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coral_viz import evaluation
from coral_viz.results import parts, schema
from coral_viz.results.parts import Part, parse

SHIPPED = sorted((Path(__file__).parents[2] / "data" / "results").glob("*.parquet"))
WRONG = r"cannot name a part|no decomposition"
NAMES = st.text(min_size=1).filter(lambda text: text not in parts.WORDS and not set(text) & set(parts.MARKS))
SEVERAL = st.lists(NAMES, min_size=2, max_size=5).map(tuple)
PARTS = st.one_of(
    st.sampled_from(["none", "data", "whole"]).map(Part),
    st.lists(NAMES, min_size=1, max_size=5).map(lambda names: Part("given", tuple(names))),
    NAMES.map(lambda name: Part("single", (name,))),
    SEVERAL.map(lambda names: Part("joined", names)),
    st.tuples(NAMES, NAMES).map(lambda names: Part("pair", names)),
)


@given(PARTS)
def test_a_part_comes_back_from_its_text(part):
    assert parse(str(part)) == part


def test_every_text_that_ships_comes_back():
    texts = {text for path in SHIPPED for text in pd.read_parquet(path, columns=["part"])["part"].unique()}
    assert len(texts) > 40
    assert {parse(text).kind for text in texts} == {"none", "data", "whole", "given", "single", "joined", "pair"}
    assert [text for text in texts if str(parse(text)) != text] == []


@pytest.mark.parametrize(
    ("text", "kind", "names", "title"),
    [
        ("", "none", (), ""),
        ("data", "data", (), "data"),
        ("all", "whole", (), "whole"),
        ("all(modality_1,modality_3)", "given", ("modality_1", "modality_3"), "whole, given modality 1 and modality 3"),
        ("unique_1", "single", ("unique_1",), "path 1"),
        ("shared+unique_1", "joined", ("shared", "unique_1"), "shared+path 1"),
        ("shared|unique_1", "pair", ("shared", "unique_1"), "shared and path 1"),
    ],
)
def test_what_texts_say(text, kind, names, title):
    part = parse(text)
    assert (part.kind, part.names, part.title) == (kind, names, title)


@pytest.mark.parametrize(
    "text", ["a|b|c", "a|", "|a", "a+", "all()", "all(a", "a)", "all(a,)", "a,b", "a|b+c", "all+a"]
)
def test_other_texts_are_a_sentence(text):
    with pytest.raises(ValueError, match=WRONG):
        parse(text)
    with pytest.raises(ValueError, match=WRONG):
        schema.validate(pd.read_parquet(SHIPPED[0]).filter(schema.COLUMNS).head(3).assign(part=text, step=range(3)))


def test_rows_are_found_by_kind():
    frame = pd.DataFrame({"part": ["all", "a", "a|b", "all(a)", "a"]})
    assert parts.are(frame, "single", "pair").tolist() == [False, True, True, False, True]


def test_a_part_that_cannot_be_told_is_not_probed():
    with pytest.raises(ValueError, match=r"'a\|b' cannot name a part"):
        evaluation.probe(
            {"a|b": [[0.0], [1.0]], "c": [[0.0], [1.0]]}, {"y": [0, 1]}, {"a|b": [[0.0]], "c": [[0.0]]}, {}
        )
