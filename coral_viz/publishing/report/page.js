"use strict";
// Columns are sorted by buttons in their heads: upwards, downwards, as before. Numbers lead to their runs, dots say
// what they show. Without this script the page holds the same.

const number = words => Number.parseFloat(words.replaceAll(",", "").replace("\u2212", "-"));

function value(row, column) {
  const cell = row.cells[column].cloneNode(true);
  cell.querySelectorAll("small").forEach(note => note.remove());
  return cell.textContent.trim();
}

function ordered(rows, column, step) {
  const words = rows.map(row => value(row, column));
  const numeric = words.every(word => word === "" || word === "\u2013" || /^[-\u2212]?[\d.,]+$/.test(word));
  const apart = (a, b) => numeric ? number(a) - number(b) : a.localeCompare(b, undefined, {numeric: true});
  const empty = word => numeric && Number.isNaN(number(word));
  return rows.map((row, i) => [row, words[i]]).sort(([, a], [, b]) =>
    empty(a) || empty(b) ? empty(a) - empty(b) : step * apart(a, b)).map(([row]) => row);
}

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], before = [...body.rows];
  heads.forEach((head, column) => {
    const button = document.createElement("button"), arrow = document.createElement("span");
    button.type = "button";
    arrow.className = "arrow";
    button.append(...head.childNodes);
    button.insertBefore(arrow, button.querySelector("small"));
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const next = {none: "ascending", ascending: "descending", descending: "none"}[head.getAttribute("aria-sort")];
      heads.forEach(other => other.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", next);
      body.append(...(next === "none" ? before : ordered(before, column, next === "ascending" ? 1 : -1)));
    });
  });
}

function choose() {
  const group = decodeURIComponent(location.hash.slice(1));
  const rows = [...document.querySelectorAll("tr[data-group]")];
  rows.forEach(row => row.classList.toggle("chosen", row.dataset.group === group));
  const first = rows.find(row => row.dataset.group === group);
  first?.closest("details")?.setAttribute("open", "");
  first?.scrollIntoView({block: "center"});
}

window.addEventListener("hashchange", choose);
choose();

const NEAR = 14;
for (const card of document.querySelectorAll(".card[data-spots]")) {
  const spots = JSON.parse(card.dataset.spots), picture = card.querySelector("img");
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  card.append(tip);
  const show = event => {
    const box = picture.getBoundingClientRect(), around = card.getBoundingClientRect();
    const away = ([x, y]) => Math.hypot(box.left + x * box.width - event.clientX, box.top + y * box.height - event.clientY);
    const near = spots.filter(spot => away(spot) < NEAR).sort((a, b) => away(a) - away(b))[0];
    tip.hidden = !near;
    if (!near) return;
    tip.textContent = near[2];
    const left = box.left + near[0] * box.width - around.left, wide = tip.offsetWidth / 2 + 4;
    tip.style.left = `${Math.min(Math.max(left, wide), around.width - wide) + card.scrollLeft}px`;
    tip.style.top = `${box.top + near[1] * box.height - around.top}px`;
  };
  card.addEventListener("pointermove", show);
  card.addEventListener("pointerdown", show);
  card.addEventListener("pointerleave", () => { tip.hidden = true; });
}
