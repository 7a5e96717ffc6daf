"""Options say what is wrong before any work is done."""

from dataclasses import dataclass

import numpy as np
import pytest

from coral_viz.options import Options, Typed, option, seed_of


@dataclass(frozen=True)
class Dials(Options):
    share: float = option(0.5, "a share", low=0.0, high=1.0)
    count: int = option(2, "a count", low=1)
    form: str = option("round", "a form", choices=("round", "square"))
    limit: float = option(None, "a limit, none by default", low=0.0, optional=True)
    deep: bool = option(True, "a switch")
    late: str = option("new", "younger than runs that are kept", former="")


def test_defaults_and_whole_numbers_for_floats():
    assert Dials().share == 0.5
    assert Dials(share=1).share == 1.0
    assert isinstance(Dials(share=1).share, float)
    assert Dials(limit=None).limit is None


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"share": 1.5}, r"share = 1.5 is not allowed; it takes a number from 0 to 1\."),
        ({"share": "half"}, r"share = 'half' is not allowed"),
        ({"share": float("nan")}, r"share = nan is not allowed"),
        ({"limit": float("inf")}, r"limit = inf is not allowed"),
        ({"count": Typed("1.5")}, r"count = '1.5' is not allowed"),
        ({"deep": Typed("yes")}, r"deep = 'yes' is not allowed"),
        ({"count": 0}, r"count = 0 is not allowed; it takes a whole number from 1\."),
        ({"count": 1.5}, r"count = 1.5 is not allowed"),
        ({"count": True}, r"count = True is not allowed"),
        ({"form": "oval"}, r"form = 'oval' is not allowed; it takes round or square\."),
        ({"limit": -1.0}, r"it takes a number from 0, or None\."),
        ({"deep": 1}, r"deep = 1 is not allowed; it takes True or False\."),
        ({"share": 10**400}, r"share = 1000+\.\.\.0+ is not allowed; it takes a number from 0 to 1\."),
        ({"count": 10**400}, r"count = 1000+\.\.\.0+ is not allowed; it takes a whole number from 1 that fits into 64"),
        ({"count": 16**5000}, r"count = <int of too many digits> is not allowed"),
        ({"form": "o" * 5000}, r"form = 'o{1,80}\.\.\.o+' is not allowed"),
    ],
)
def test_a_value_out_of_range_is_a_sentence(value, sentence):
    with pytest.raises(ValueError, match=sentence):
        Dials(**value)


def test_a_zero_has_no_sign():
    assert str(Dials(share=-0.0).share) == str(Dials(share=0).share) == "0.0"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="task 'x' has no setting 'colour'; it has share, count, form, limit, deep"):
        Dials.make("task 'x'", {"colour": 1})
    with pytest.raises(ValueError, match="task 'x': count = 0 is not allowed"):
        Dials.make("task 'x'", {"count": 0})


def test_describe_gives_a_row_a_setting():
    rows = {row["name"]: row for row in Dials.describe()}
    assert rows["form"] == {"name": "form", "default": "round", "allowed": "round or square", "meaning": "a form"}


def test_a_younger_option_tells_runs_apart_except_at_its_former_value():
    assert Dials.former() == {"late": ""}
    assert "late" not in dict(Dials(**Dials.former()).identity())
    assert dict(Dials().identity())["late"] == "new"
    former = Dials(share=0.5, late="")
    assert dict(former.identity()) == {"share": 0.5, "count": 2, "form": "round", "limit": None, "deep": True}


def test_what_was_typed_is_read_as_the_options_kind():
    typed = {"share": "1", "count": "3", "form": "square", "limit": "None", "deep": "False", "late": "0123"}
    read = Dials(**{name: Typed(value) for name, value in typed.items()})
    assert read == Dials(share=1.0, count=3, form="square", limit=None, deep=False, late="0123")
    assert [type(value) for value in vars(read).values()] == [float, int, str, type(None), bool, str]


def test_numbers_of_numpys_are_numbers():
    given = {"share": np.float32(0.25), "count": np.uint8(3), "form": np.str_("square"), "deep": np.bool_(False)}
    dials = Dials(**given, limit=np.int64(2))
    assert dials == Dials(share=0.25, count=3, form="square", deep=False, limit=2.0)
    assert {type(value) for value in vars(dials).values()} == {float, int, str, bool}
    for wrong in ({"count": np.float64(1.5)}, {"share": np.float32("nan")}, {"count": np.bool_(True)}):
        with pytest.raises(ValueError, match="is not allowed"):
            Dials(**wrong)


@pytest.mark.parametrize("seed", [0, 2**62, np.int32(7), np.uint64(7)])
def test_seeds_are_whole_numbers_of_any_kind(seed):
    assert type(seed_of(seed)) is int
    assert seed_of(seed) == seed


@pytest.mark.parametrize("seed", [-1, 2**62 + 1, np.uint64(2**63), 1.0, np.float64(1), True, np.bool_(True), "1", None])
def test_other_seeds_are_a_sentence(seed):
    with pytest.raises(ValueError, match=r"seed = .* is not allowed; it takes a whole number from 0 to 2\*\*62\."):
        seed_of(seed)
