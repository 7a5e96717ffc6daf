"""What all widgets that ask share: how they are shown, closed and begun anew."""

from __future__ import annotations

import ipywidgets

from coral_viz.explore import live


class Question:
    """A widget that asks, with the words and the picture that stand for it where no kernel runs.

    A subclass builds ``view`` in ``_begin``, and says what it asks in ``__repr__`` and ``_repr_html_``.
    """

    view: ipywidgets.Widget
    _closed = False

    def _begin(self) -> None:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        raise NotImplementedError

    def close(self) -> None:
        """Remove the widgets from the kernel and the page. Displayed again, it begins anew."""
        self._closed = True
        live.close(self.view)

    def _repr_mimebundle_(self, **kwargs) -> dict:
        if self._closed:
            self._closed = False
            self._begin()
        live.keep(self)
        shown = dict(self.view._repr_mimebundle_(**kwargs) or {})
        return shown | {"text/html": self._repr_html_(), "text/plain": repr(self)}
