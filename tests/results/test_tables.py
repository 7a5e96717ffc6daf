import re

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from coral_viz.results import schema, tables


def rows(**columns):
    """Valid rows of one metric, a seed each, with some columns replaced."""
    n = max([len(values) for values in columns.values() if isinstance(values, list)], default=3)
    base = {
        "run_id": [f"{i:016x}" for i in range(n)],
        "method": "cross",
        "task": "factors",
        "distribution": "unbiased",
        "seed": list(range(n)),
        "split": "test",
        "part": "all",
        "label": "synergy",
        "metric": "bits",
        "readout": "best",
        "value": [0.5] * n,
        "unit": "bits",
        "step": 600,
        "n": 1000,
        "status": "done",
        "method_version": 1,
        "knob": "",
        "training_seed": list(range(n)),
        "embedding_width": 64.0,
        "parameters": 1e5,
        "passes": 2400.0,
        "seconds": np.nan,
        "table_version": schema.VERSION,
    }
    return pd.DataFrame(base | columns)


def test_validate_orders_and_types_the_columns():
    frame = rows()[sorted(schema.COLUMNS)].astype({"seed": float, "value": str})
    valid = schema.validate(frame)
    assert list(valid.columns) == list(schema.COLUMNS)
    assert valid["seed"].dtype == "int64"
    assert valid["value"].dtype == "float64"


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (rows().drop(columns=["seed", "unit"]), "lacks the columns seed, unit"),
        (rows(colour="red"), "unknown columns colour"),
        (rows(seed=[0, 1, None]), "'seed' holds NaN in row 2"),
        (rows(seed=[0, 1, 2.5]), "'seed' must hold whole numbers"),
        (rows(n="many"), "'n' must be int64"),
        (rows(n="9" * 400), "'n' must be int64"),
        (rows(seed=pd.Timestamp("2020")), "'seed' must be int64"),
        (rows(split="s" * 5000), r"'split' holds 's{1,80}\.\.\.s+'; it may hold"),
        (rows(split="dev"), "'split' holds 'dev'; it may hold 'train', 'probe', 'test'"),
        (rows(status="running"), "'status' holds 'running'"),
        (rows(value=[0.1, np.nan, 0.2]), r"run 0{15}1 \(cross, seed 1\) holds nan for 'bits'"),
        (rows(value=[0.1, np.inf, 0.2]), "holds inf"),
        (rows(run_id="a"), "the same row twice: run_id 'a'"),
        (rows(method_version=[1, 2, 2]), "'cross' comes in versions 1 and 2"),
    ],
)
def test_validate_says_what_is_wrong(frame, message):
    with pytest.raises(ValueError, match=message):
        schema.validate(frame)


def test_failed_runs_may_hold_no_value():
    frame = schema.validate(rows(status=["done", "done", "failed"], value=[0.1, 0.2, np.nan]))
    assert tables.summarise(frame, ["method"])["n"].item() == 2


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_tables_come_back_as_they_were(tmp_path, suffix):
    frame = schema.validate(rows(value=[0.1, 1 / 3, np.nan], status=["done", "done", "failed"], part="NA", label=""))
    tables.write(frame, tmp_path / "results.v1")
    pd.testing.assert_frame_equal(tables.read(tmp_path / f"results.v1{suffix}"), frame)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_table_for_which_there_is_no_room_leaves_the_one_before(tmp_path, monkeypatch, suffix):
    def full(frame, path, **_):
        path.write_text("ha")
        raise OSError("No space left on device")

    tables.write(rows(), tmp_path / "results")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(pd.DataFrame, f"to_{suffix}", full)
    with pytest.raises(OSError, match="No space left"):
        tables.write(rows(), tmp_path / "results")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_csv_without_the_columns_is_a_sentence(tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="the table lacks the columns"):
        tables.read(tmp_path / "other.csv")


@pytest.mark.parametrize("key", [b"PANDAS_ATTRS", b"pandas"])
@pytest.mark.parametrize("said", [b"[" * 100_000, b"3", b"[]", b"{}", b"\xff"])
def test_a_parquet_with_odd_attributes_is_a_sentence_or_a_table(tmp_path, key, said):
    tables.write(rows(), tmp_path / "odd")
    table = pq.read_table(tmp_path / "odd.parquet")
    pq.write_table(table.replace_schema_metadata({key: said}), tmp_path / "odd.parquet")
    try:
        assert len(tables.read(tmp_path / "odd.parquet")) == 3
    except ValueError as error:
        assert re.match(rf"'{tmp_path}/odd.parquet' is no parquet table: .{{1,200}}$", str(error))  # noqa: PT017


def test_a_damaged_parquet_is_a_sentence(tmp_path):
    tables.write(rows(), tmp_path / "short")
    whole = (tmp_path / "short.parquet").read_bytes()
    for damaged in (whole[:-40], whole[:-9] + bytes(9), b"", whole[:400] + bytes(200) + whole[600:]):
        (tmp_path / "short.parquet").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"is no parquet table: .{1,200}$"):
            tables.read(tmp_path / "short.parquet")


def test_read_knows_two_kinds_of_file():
    with pytest.raises(ValueError, match=r"'results.xlsx'.*\.parquet or \.csv"):
        tables.read("results.xlsx")


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=8), st.floats(0.5, 0.99))
def test_summary_is_the_t_interval(values, confidence):
    summary = tables.summarise(rows(value=values, unit="nats"), ["method"], confidence=confidence).iloc[0]
    low, high = stats.t.interval(confidence, len(values) - 1, np.mean(values), stats.sem(values) or 1e-300)
    assert (summary["estimate"], summary["n"]) == (pytest.approx(np.mean(values)), len(values))
    assert [summary["low"], summary["high"]] == pytest.approx([low, high], abs=1e-9)
    assert summary["interval"] == f"{confidence:.0%} t-interval over seeds"


def test_one_seed_has_no_interval():
    summary = tables.summarise(rows(value=[0.5]), ["method"]).iloc[0]
    assert summary["n"] == 1
    assert np.isnan([summary["low"], summary["high"]]).all()
    assert summary["interval"] == "no interval"


def test_summary_refuses_to_mix_things():
    mixed = pd.concat([rows(), rows(label="redundancy")])
    with pytest.raises(ValueError, match="more than one value for method cross, seed 0: group by a further column"):
        tables.summarise(mixed, ["method"])
    assert len(tables.summarise(mixed, ["method", "label"])) == 2


def test_trainings_in_one_world_count_as_one_seed():
    frame = rows(value=[0.1, 0.5, 0.6, 0.9], seed=[0, 1, 1, 2], training_seed=[0, 1, 7, 2])
    once = rows(value=[0.1, 0.55, 0.9])
    pd.testing.assert_frame_equal(tables.summarise(frame, ["method"]), tables.summarise(once, ["method"]))
    alone = frame.groupby("training_seed").size()
    assert len(tables.summarise(frame, ["method", "training_seed"])) == len(alone)


@pytest.mark.parametrize("other", ["knob", "label", "distribution"])
def test_trainings_of_different_things_are_not_averaged(other):
    frame = rows(value=[0.1, 0.5], seed=0, training_seed=[0, 7], **{other: ["a", "b"]})
    with pytest.raises(ValueError, match="more than one value for method cross, seed 0"):
        tables.summarise(frame, ["method"])


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_confidence_is_a_share(confidence):
    with pytest.raises(ValueError, match=f"not {confidence}"):
        tables.summarise(rows(), ["method"], confidence=confidence)


def test_bits_kept_stand_beside_the_truth():
    frame = pd.concat([rows(value=[0.7, 0.9, 0.95]), rows(metric="truth", part="data", readout="", value=[1.0] * 3)])
    kept = tables.bits_kept(frame).iloc[0]
    assert kept["estimate"] == kept["share"] == pytest.approx(0.85)
    assert kept["truth"] == kept["high"] == 1.0
    assert 0 < kept["low"] < 0.7


def test_bits_without_truth_are_an_error():
    with pytest.raises(ValueError, match="measures bits about 'synergy' but states no truth"):
        tables.bits_kept(rows())


def test_labels_of_any_number_of_modalities_come_in_order():
    names = ["redundancy", *(f"unique_{m}" for m in range(1, 11)), "synergy", "synergy_12", "synergy_13", "synergy_23"]
    frame = rows(label=[*reversed(names), "taste", "taste"])
    assert tables.labels(frame) == [*names, "taste"]


def test_modalities_are_counted_from_parts_and_labels():
    assert tables.modalities(rows(part=["modality_1", "all(modality_1,modality_3)", "shared|unique_2"])) == 3
    assert tables.modalities(rows(label="unique_4")) == 4
    assert tables.modalities(rows()) == 0
