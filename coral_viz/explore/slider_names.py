"""Names of the handles of sliders for screen readers, as ipywidgets gives them none.

Widgets cannot have further attributes, so a line of script in the page copies the name from the number box above.
"""

from __future__ import annotations

from html import escape

NUMBERED = "coral-numbered"
"""The class of a number box with its slider."""

SCRIPT = f"""
if (!window.coralNames) {{
  const name = () => document.querySelectorAll('.{NUMBERED}').forEach(row => {{
    const words = row.querySelector('label')?.textContent;
    row.querySelectorAll('.noUi-handle').forEach(handle => handle.setAttribute('aria-label', words));
  }});
  window.coralNames = new MutationObserver(name);
  window.coralNames.observe(document.body, {{childList: true, subtree: true}});
  name();
}}
this.remove();
"""
PAGE = f'<img hidden alt="" src="data:," onerror="{escape(SCRIPT)}">'
"""HTML that runs the script: ``script`` elements do not run where a widget puts them."""
