"""The report in a real Chromium: columns are sorted by their heads, numbers lead to runs, dots say what they show."""

import json

import pytest
from playwright.sync_api import expect

from coral_viz import figures
from coral_viz.publishing import report

pytestmark = pytest.mark.browser


@pytest.fixture
def page(context, table, tmp_path):
    """A report of two methods, whose page is opened away from its folder; complaints of the browser are errors."""
    small = table[table["method"].isin(["cross", "comm"])]
    runs = small.drop_duplicates("run_id")[["run_id", "method", "distribution", "seed"]]
    timing = runs.assign(seconds=range(len(runs)), device="cpu")
    drawn = figures.overview(small, only=["bits_kept"])
    index = report.write(tmp_path / "out", small, timing, drawn, command="tour", settings={})
    alone = index.rename(tmp_path / "alone.html")
    complaints, opened = [], context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(f"{error}"))
    opened.on(
        "request", lambda request: complaints.extend([request.url] * (not request.url.startswith(("data:", "file:"))))
    )
    opened.goto(alone.as_uri())
    yield opened
    opened.close()
    assert complaints == []


def test_a_column_is_sorted_by_the_button_in_its_head(page):
    table = page.get_by_role("table").first
    head = table.get_by_role("columnheader").nth(2)
    cells = table.locator("tbody td:nth-child(3) > a")
    before = cells.all_inner_texts()
    assert len(set(before)) > 1
    assert head.get_attribute("aria-sort") == "none"
    for sort, wanted in (
        ("ascending", sorted(before, key=float)),
        ("descending", sorted(before, key=float, reverse=True)),
        ("none", before),
    ):
        head.get_by_role("button").press("Enter")
        assert head.get_attribute("aria-sort") == sort
        assert cells.all_inner_texts() == wanted
    table.get_by_role("columnheader").nth(0).get_by_role("button").click()
    assert table.get_by_role("columnheader").nth(0).get_attribute("aria-sort") == "ascending"
    assert table.locator("tbody th").all_inner_texts() == ["CoMM", "Cross"]


def test_a_number_leads_to_its_runs_and_a_dot_says_what_it_shows(page):
    chosen = page.locator("tr.chosen")
    expect(chosen).to_have_count(0)
    page.locator("tbody td > a").first.click()
    expect(chosen).to_have_count(3)
    assert {row.locator("th").inner_text() for row in chosen.all()} == {"Cross"}
    card = page.locator(".card[data-spots]").first
    x, y, words = json.loads(card.get_attribute("data-spots"))[0]
    box = card.locator("img").bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    expect(card.locator(".tip")).to_have_text(words)
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    expect(card.locator(".tip")).to_be_hidden()
    assert card.locator("img").evaluate("img => img.naturalWidth") > 0


def test_paper_shows_all_rows_and_no_controls(page):
    page.emulate_media(media="print")
    assert not page.locator(".arrow").first.is_visible()
    assert not page.get_by_role("navigation").is_visible()
    assert page.locator("tr[data-group]").last.is_visible()
    page.set_viewport_size({"width": 720, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
