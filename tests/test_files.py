"""Files and folders are whole or not there, and nothing that a living process still writes is tidied away."""

import ast
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

import coral_viz
from coral_viz import files

WRITER = """
import sys
from pathlib import Path
from coral_viz import files
with files.beside(Path(sys.argv[1])) as folder:
    (folder / "half").touch()
    print(flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_leaves_goes_and_what_a_living_one_writes_stays(tmp_path):
    line = [sys.executable, "-c", WRITER, str(tmp_path / "table.parquet")]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        writer.stdout.readline()
        files.tidy(tmp_path)
        (hidden,) = tmp_path.iterdir()
        assert (hidden / "half").exists()
        writer.kill()
    assert [*tmp_path.iterdir()] == [hidden]
    with files.replacing(tmp_path / "other") as unfinished:
        unfinished.touch()
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


@pytest.mark.parametrize(
    ("name", "goes"),
    [
        (".0123456789abcdef-unfinished-elsewhere-x1", "when old"),
        (f".status.csv-unfinished-{platform.node()}-x1", "when old"),  # no lock yet
        (".0123456789abcdef-abc12_de", "when old"),
        (".results.parquet-1234", "when old"),
        (".0123456789abcdef.npz-1234", "when old"),
        (".shipping-abc12_de", "when old"),
        (".results.parquet-mine", "never"),
        (".notes", "never"),
        ("0123456789abcdef", "never"),
    ],
)
def test_what_no_lock_tells_of_goes_when_it_is_a_day_old(tmp_path, name, goes):
    (tmp_path / name).mkdir()
    files.tidy(tmp_path)
    assert (tmp_path / name).exists()
    os.utime(tmp_path / name, (0, 0))
    files.tidy(tmp_path)
    assert (tmp_path / name).exists() == (goes == "never")


def test_a_file_that_cannot_be_written_leaves_the_one_before(tmp_path):
    (tmp_path / "table").write_bytes(b"before")
    with pytest.raises(OSError, match="full"), files.replacing(tmp_path / "table") as unfinished:  # noqa: PT012
        unfinished.write_bytes(b"ha")
        raise OSError("the disk is full")
    assert (tmp_path / "table").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["table"]


def test_text_is_utf8_whatever_the_locale():
    """Every call in the package that opens text says its encoding."""
    calls = [
        (path, node.lineno)
        for path in Path(coral_viz.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _opens_text(node)
    ]
    assert calls == []


def _opens_text(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    binary = any(isinstance(word, str) and "b" in word and len(word) <= 3 for word in words)
    opens = name in ("read_text", "write_text") or (getattr(call.func, "id", "") == "open" and not binary)
    return opens and not (name == "read_text" and words) and "encoding" not in {key.arg for key in call.keywords}
