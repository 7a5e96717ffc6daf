"""README and docs say what is so: their code runs, their tables are the shipped ones, their links lead somewhere."""

import ast
import re
import runpy
import shlex
from pathlib import Path

import pytest

import coral_viz
from coral_viz import __main__, pid, tasks

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md")),
    *DOCS,
    *sorted((ROOT / "notebooks").glob("*.md")),
]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
README = TEXTS["README.md"]
DRIVES_A_CLUSTER = "dask_jobqueue"
DEFINES_A_METHOD = "(Method):"


def blocks(language: str, *pages: str) -> list[str]:
    """The code of a language on these pages, or on all."""
    return [
        code
        for name in pages or TEXTS
        for code in re.findall(rf"^```{language}\n(.*?)^```", TEXTS[name], re.DOTALL | re.MULTILINE)
    ]


def slug(title: str) -> str:
    """The anchor of a title."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.fixture(scope="module")
def generator():
    return runpy.run_path(str(ROOT / "docs" / "tables.py"))


def test_the_readme_fits_on_a_screen_and_its_code_in_ten_lines():
    assert len(README.encode()) <= 8000
    (code,) = blocks("python", "README.md")
    assert len([line for line in code.splitlines() if line]) <= 10


def test_the_code_of_readme_and_docs_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(ROOT / "data")
    run = [code for code in blocks("python") if DRIVES_A_CLUSTER not in code and DEFINES_A_METHOD not in code]
    assert len(run) >= 6
    for code in run:
        exec(compile(code, "README or docs", "exec"), {"__name__": "read"})
    assert {"bits_kept.png", "bits_kept.pdf"} <= {path.name for path in tmp_path.iterdir()}
    assert __main__.main(["data", "mine.npz", "--no-estimate"]) == 0


def test_the_commands_of_readme_and_docs_are_ones():
    lines = [
        line
        for code in blocks("sh")
        for line in code.replace("\\\n", "").splitlines()
        if line.startswith("python -m coral_viz ")
    ]
    assert len(lines) >= 10
    for line in lines:
        __main__._parser().parse_args(shlex.split(line, comments=True)[3:])


def test_every_link_leads_to_a_file_and_a_title():
    links = [(name, link) for name, text in TEXTS.items() for link in re.findall(r"\]\(((?!https?:)[^)\s]+)\)", text)]
    assert len(links) >= 50
    dead = []
    for name, link in links:
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        if not target.is_file() or (anchor and anchor not in map(slug, titles)):
            dead.append(f"{name}: {link}")
    assert dead == []


def test_every_page_of_the_docs_is_linked_to_from_the_readme_and_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [page.name for page in DOCS if f"](docs/{page.name})" not in README] == []
    assert [page.name for page in DOCS if f": {page.name}\n" not in navigation] == []


def test_the_readme_lists_every_notebook():
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert len(notebooks) == 11
    assert [path.name for path in notebooks if f"](notebooks/{path.name})" not in README] == []


def test_generated_parts_are_as_they_would_be_made_now(generator):
    stale = [page.name for page in generator["pages"]() if generator["filled"](page.read_text()) != page.read_text()]
    assert stale == [], "run python docs/tables.py"


def test_every_shipped_table_and_every_generated_one_is_shown(generator):
    shipped = {path.relative_to(ROOT).as_posix(): path.read_text() for path in ROOT.glob("data/results/*.md")}
    assert len(shipped) >= 12
    everything = "".join(TEXTS.values())
    assert [name for name, table in shipped.items() if table not in everything] == []
    parts = set(re.findall(r"<!-- generated: (.+?) -->", everything))
    pictures = {name for name in parts if name.endswith(".svg")}
    assert parts - pictures == set(shipped) | set(generator["TABLES"])
    assert {name.removeprefix("../") for name in pictures} == set(generator["PICTURES"])


def test_pictures_stand_with_their_own_captions():
    shown = [line for text in TEXTS.values() for line in text.splitlines() if re.match(r"!\[.*\.svg\)", line)]
    marked = "".join(re.findall(r"<!-- generated: .+?\.svg -->\n.*?<!-- end -->", "\n".join(TEXTS.values()), re.DOTALL))
    assert len(shown) >= 5
    assert [line for line in shown if line not in marked] == []


def test_a_generated_part_of_an_unknown_name_is_an_error(generator):
    with pytest.raises(ValueError, match="there is no generated part"):
        generator["filled"]("<!-- generated: data/results/none.md -->\n<!-- end -->")


def test_the_docs_list_the_methods_and_tasks_as_the_registries_do():
    from coral_viz.methods.catalogue import markdown

    assert markdown() in TEXTS["docs/methods.md"]
    assert [name for name in tasks.names() if f"`{name}`" not in TEXTS["docs/tasks.md"]] == []


def test_the_functions_to_call_exist():
    called = set(re.findall(r"`pid\.([\w.]+)", TEXTS["docs/pid.md"]))
    assert len(called) >= 14
    for name in called:
        found = pid
        for part in name.split("."):
            found = getattr(found, part)


def test_changelog_and_citation_state_the_version():
    assert f"\n## [{coral_viz.__version__}] - " in TEXTS["CHANGELOG.md"]
    assert f"\nversion: {coral_viz.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_no_number_breaks_at_the_end_of_a_line():
    content = runpy.run_path(str(ROOT / "docs" / "hooks.py"))["on_page_content"]
    html = '<p id="1 000">In 13 212 of 2 runs 95 % lie in 7 ±\n9; <code>--seeds 1 200</code> <pre>1 000</pre> 1 000</p>'
    kept = html.replace("13 212", "13&nbsp;212").replace("95 %", "95&nbsp;%").replace("7 ±\n9", "7&nbsp;±&nbsp;9")
    assert content(html, None, None, None) == kept.replace(" 1 000</p>", " 1&nbsp;000</p>")


def test_attributes_in_one_entry_are_names_all():
    content = runpy.run_path(str(ROOT / "docs" / "hooks.py"))["on_page_content"]
    first, others = '<autoref identifier="a">row,</autoref>', '(<span title="b">column</span>, depth)'
    html = f"<b><code>{first}</code></b> (<code>{others}</code>) –"
    assert content(html, None, None, None) == "<b><code>row, column, depth</code></b> –"
    alone = "<b><code>row</code></b> (<code>int</code>) –"
    assert content(alone, None, None, None) == alone


def test_the_table_of_subpackages_is_the_index_of_the_reference():
    hooks = runpy.run_path(str(ROOT / "docs" / "hooks.py"))
    linked = re.findall(r"\[`coral_viz\.(\w+)`\]\(reference/\1\.md\)", hooks["indexed"](TEXTS["docs/package.md"]))
    assert sorted(linked) == sorted(room.stem for room in hooks["rooms"]())
    assert len(linked) > 10


def test_public_docstrings_say_seed_task_and_method():
    """The reference is made of them; a *world* was a task of one seed, and a *rival* a method that is ranked."""
    texts = {}
    for path in sorted((ROOT / "coral_viz").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                texts[path.name, getattr(node, "name", "")] = ast.get_docstring(node) or ""
    assert len(texts) > 1000
    assert [place for place, text in texts.items() if re.search(r"\b(worlds?|rivals?)\b", text)] == []
