"""Names of tasks and methods: those of the package, import paths such as ``mypackage.moco:MoCo``, and aliases of paths.

A path means the same in every process that can import its module. An alias is known only to this process, so stored
specs and other processes get the path. A path from a file is imported only if the user has named it in this process:
opening a file runs no code.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from coral_viz.options import shown

Entry = TypeVar("Entry")
PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


class Registry(Generic[Entry]):
    """A registry of names of one kind.

    Args:
        kind: the kind in words, for errors.
        known: the entries of the package, by name.
        entry: makes an entry from the object at a path; TypeError if it is of another type.
    """

    def __init__(self, kind: str, known: Mapping[str, Entry], entry: Callable[[object], Entry]):
        self.kind, self.known, self._entry = kind, known, entry
        self._aliases: dict[str, str] = {}
        self._asked: set[str] = set()

    def names(self) -> list[str]:
        """The package's own names."""
        return sorted(self.known)

    def get(self, name: str) -> Entry:
        """The entry of a name, path or alias. ValueError if it is unknown or cannot be imported."""
        name = self.resolve(name)
        if name in self.known:
            return self.known[name]
        entry = self._imported(name)
        self._asked.add(name)
        return entry

    def resolve(self, name: str) -> str:
        """The name in all processes: the path of an alias, or the name itself. ValueError if it is unknown."""
        asked, name = name, self._aliases.get(name, name) if isinstance(name, str) else ""
        if name not in self.known and not PATH.fullmatch(name):
            raise ValueError(
                f"{self.kind} {shown(asked)} does not exist; choose one of {', '.join(self.names())}, "
                "or module:name for one of your own."
            )
        return name

    def register(self, alias: str, path: str) -> None:
        """Define an alias of a path in this process. ValueError as ``get``, or if the alias is taken."""
        if not (isinstance(alias, str) and re.fullmatch(r"[\w-]+", alias)) or alias in self.known:
            raise ValueError(f"{self.kind} {shown(alias)} cannot be registered: take a new name of letters and digits.")
        if path in self.known or path in self._aliases:
            raise ValueError(f"{self.kind} {alias!r} must stand for an import path, module:name, not {shown(path)}.")
        self.get(path)
        self._aliases[alias] = path

    def check_asked(self, name: str) -> None:
        """ValueError for a path from a file that the user has not named in this process."""
        if PATH.fullmatch(name) and name not in self._asked:
            raise ValueError(
                f"{self.kind} {shown(name)} is not of this package, and files import nothing; "
                f"if you trust it, call {self.kind}s.register(NAME, {shown(name)}) first."
            )

    def _imported(self, path: str) -> Entry:
        module, _, attribute = path.partition(":")
        if module == "__main__":
            raise ValueError(f"{self.kind} {path!r} exists only in this process; put it into a module of its own.")
        try:
            return self._entry(getattr(importlib.import_module(module), attribute))
        except Exception as error:  # whatever the module raises
            reason = f"{error}".partition("\n")[0]
            kind = "" if isinstance(error, ImportError | AttributeError | TypeError) else f"{type(error).__name__}: "
            raise ValueError(f"{self.kind} {path!r} cannot be imported: {kind}{reason}.") from error
