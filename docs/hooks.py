"""What the site holds besides ``docs``: pages and files of the repository that pages link to, and the API reference.

Pages link to each other as files of the repository, so that their links work on a code host too; here they find their
places in the site. The home page is the README.
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "coral_viz"
HOME = "README.md"
NOT_FOR_USERS = ("cli",)
SINGLE = ("options.py", "style.py")
REQUEST = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']?(https?:[^\"'\s>]+)")
ROOM = re.compile(r"^\| `coral_viz\.(\w+)` \|", re.MULTILINE)
LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?(\))")
TOGETHER = re.compile(r"<code>(?:<[^>]*>)?(\w+),(?:</\w+>)?</code></b>\s*\(<code>\(?(.*?)\)?</code>\)")
TAG = re.compile(r"<[^>]*>")
TEXT = re.compile(r"<(pre|code)\b.*?</\1>|<[^>]*>|[^<]+", re.DOTALL)
WITHIN_NUMBER = re.compile(r"(?<=\d)\s(?=\d{3}\b|%|±)|(?<=±)\s(?=\d)")


def on_config(config):
    """Put the reference into the navigation."""
    pages = [{room.stem: f"reference/{room.stem}.md"} for room in rooms()]
    config.nav = [*config.nav, {"API reference": pages}]
    return config


def on_files(files, config):
    """Add the reference, the README, and every page and file that pages link to."""
    for room in rooms():
        files.append(File.generated(config, f"reference/{room.stem}.md", content=reference(room)))
    queue = [HOME, *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
    for name in queue:
        if not name.startswith("docs/"):
            files.append(File.generated(config, placed(name), abs_src_path=str(ROOT / name)))
        linked = targets(name) if name.endswith(".md") else []
        queue += [target for target in linked if target not in queue and (ROOT / target).is_file()]
    return files


def on_page_markdown(markdown, page, config, files):
    """Turn links between files of the repository into links between places of the site; PluginError for a dead one."""
    here = page.file.src_uri
    if here.startswith("reference/"):
        return markdown
    source = source_of(here)

    def moved(found):
        target = resolved(source, found[2])
        if not (ROOT / target).is_file():
            raise PluginError(f"{source} links to {target}, which is no file.")
        place = posixpath.relpath(placed(target), posixpath.dirname(here) or ".")
        return f"{found[1]}{place}{found[3] or ''}{found[4]}"

    text = LINK.sub(moved, markdown)
    return indexed(text) if here == "package.md" else text


def on_page_content(html, page, config, files):
    """Keep a number on one line, its groups of three digits, what follows ±, and %; mend attributes in one entry.

    The reference takes the second name of "low, high: ends of intervals" for the type of the first.
    """
    html = TOGETHER.sub(lambda found: f"<code>{found[1]}, {TAG.sub('', found[2])}</code></b>", html)
    return TEXT.sub(lambda found: found[0] if found[0][0] == "<" else WITHIN_NUMBER.sub("&nbsp;", found[0]), html)


def on_post_page(output, page, config):
    """PluginError for a page that would ask the network for something."""
    if found := REQUEST.search(output):
        raise PluginError(f"{page.file.src_uri} requests {found[1]}; the site is to be read without a network.")


def rooms() -> list[Path]:
    """The subpackages and modules that have a page in the reference."""
    folders = [path.parent for path in PACKAGE.glob("*/__init__.py") if path.parent.name not in NOT_FOR_USERS]
    return sorted([*folders, *(PACKAGE / name for name in SINGLE)])


def reference(room: Path) -> str:
    """The page of a room: its docstring and the names that it exports, then its modules with the names they add."""
    init = room if room.is_file() else room / "__init__.py"
    inside = sorted(path for path in room.rglob("*.py") if not path.name.startswith("_"))
    exported = set() if room.is_file() else imported(init) - {path.stem for path in inside if path.parent == room}
    filters = ["!^_", "!^[A-Z_0-9]+$", *(f"!^{name}$" for name in sorted(exported))]
    entries = [f"::: {dotted(path)}\n    options: {{filters: {json.dumps(filters)}}}\n" for path in inside]
    return "\n".join([f"::: {dotted(init)}\n    options: {{heading_level: 1}}\n", *entries])


def indexed(markdown: str) -> str:
    """The table of subpackages, in which each leads to its page of the reference."""
    pages = {room.stem for room in rooms()}

    def linked(found):
        return f"| [`coral_viz.{found[1]}`](reference/{found[1]}.md) |" if found[1] in pages else found[0]

    return ROOM.sub(linked, markdown)


def imported(init: Path) -> set[str]:
    """The names that a subpackage takes from its modules."""
    imports = [node for node in ast.parse(init.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in imports for alias in node.names}


def dotted(module: Path) -> str:
    """The name that imports a module."""
    parts = module.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def targets(page: str) -> list[str]:
    """The files of the repository that a page links to, by their paths."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [resolved(page, found[2]) for found in LINK.finditer(text)]


def resolved(page: str, link: str) -> str:
    """The path of what a page links to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), link))


def placed(name: str) -> str:
    """Where the site has a file of the repository."""
    return "index.md" if name == HOME else name.removeprefix("docs/")


def source_of(place: str) -> str:
    """The file of the repository that a page of the site is made from."""
    if place == "index.md":
        return HOME
    return f"docs/{place}" if (ROOT / "docs" / place).is_file() else place
