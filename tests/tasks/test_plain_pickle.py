"""The reader of pickles: arrays and containers come through, code never runs."""

import collections
import contextlib
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coral_viz.tasks import plain_pickle


class Runs:
    """What a pickle with code in it does when it is opened."""

    def __init__(self, flag):
        self.flag = flag

    def __reduce__(self):
        return open, (str(self.flag), "w")


def written(folder, value, protocol=4):
    path = folder / "data.pkl"
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_containers_come_through(tmp_path, protocol):
    value = {
        "train": {
            "text": np.random.default_rng(0).normal(size=(3, 4, 2)),
            "labels": np.array([[[-1.0]], [[2]], [[0]]]),
        },
        "names": np.array(["a", None, 3], dtype=object),
        "order": collections.OrderedDict(b=1, a=[np.float32(2.5), {1, 2}, (None, True)]),
        "fortran": np.asfortranarray(np.ones((2, 3), np.int16)),
        "words": np.array(["x", "yz"]),
    }
    found = plain_pickle.load(written(tmp_path, value, protocol))
    np.testing.assert_equal(found, value)
    assert isinstance(found["order"], collections.OrderedDict)


def test_pickles_of_python_2_open(tmp_path):
    path = tmp_path / "old.pkl"
    path.write_bytes(b"(dp0\nS'text'\np1\nS'\\xe9'\np2\ns.")
    assert plain_pickle.load(path) == {"text": "é"}


@pytest.mark.parametrize("where", ["bare", "in an array", "in a container"])
def test_code_is_refused_and_never_runs(tmp_path, where):
    flag = tmp_path / "ran"
    value = {
        "bare": Runs(flag),
        "in an array": np.array([Runs(flag)], object),
        "in a container": {"train": [Runs(flag)]},
    }
    path = written(tmp_path, value[where])
    with pytest.raises(ValueError, match=r"data\.pkl names '_?io\.open', which could run code.*save the data again"):
        plain_pickle.load(path)
    assert not flag.exists()


@pytest.mark.parametrize(
    "value", [torch.zeros(2), np.random.default_rng(0), pickle.Unpickler, collections.Counter("a")]
)
def test_other_objects_are_refused(tmp_path, value):
    with pytest.raises(ValueError, match="could run code"):
        plain_pickle.load(written(tmp_path, value))


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.pkl"
    path.write_bytes(data)
    with contextlib.suppress(ValueError):
        plain_pickle.load(path)


def test_a_file_that_is_cut_short_is_a_sentence(tmp_path):
    path = written(tmp_path, {"a": np.zeros(100)})
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(ValueError, match=r"data\.pkl is cut short or no pickle"):
        plain_pickle.load(path)


def test_npy_files_with_and_without_objects(tmp_path):
    plain, objects = np.arange(6).reshape(2, 3), np.array({"X": [np.ones((2, 6))], "y": np.array([1])}, dtype=object)
    np.save(tmp_path / "plain.npy", plain)
    np.save(tmp_path / "objects.npy", objects)
    np.testing.assert_array_equal(plain_pickle.load_array(tmp_path / "plain.npy"), plain)
    np.testing.assert_equal(plain_pickle.load_array(tmp_path / "objects.npy").item(), objects.item())
    np.save(tmp_path / "code.npy", np.array([Runs(tmp_path / "ran")], dtype=object))
    with pytest.raises(ValueError, match="could run code"):
        plain_pickle.load_array(tmp_path / "code.npy")
    (tmp_path / "none.npy").write_bytes(b"text")
    with pytest.raises(ValueError, match=r"none\.npy is no \.npy file"):
        plain_pickle.load_array(tmp_path / "none.npy")
