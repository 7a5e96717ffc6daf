"""What ipywidgets leaves out of sliders: names of handles for screen readers, and ends that follow the range.

Widgets cannot have further attributes, so a script in the page copies names from the number boxes above the sliders.
With Home and End a handle would go to the ends that it had at first, so the script takes those of the box.
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
  document.addEventListener('keydown', event => {{
    const handle = event.target.closest?.('.{NUMBERED} .noUi-handle');
    const end = {{Home: 'min', End: 'max'}}[event.key];
    if (!handle || !end) return;
    const box = handle.closest('.{NUMBERED}').querySelector('input[type=number]');
    box.value = box[end];
    box.dispatchEvent(new Event('change', {{bubbles: true}}));
    event.preventDefault();
    event.stopImmediatePropagation();
  }}, true);
}}
this.remove();
"""
PAGE = f'<img hidden alt="" src="data:," onerror="{escape(SCRIPT)}">'
"""HTML that runs the script: ``script`` elements do not run where a widget puts them."""
