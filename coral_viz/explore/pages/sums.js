// Four atoms as bars, and the three informations as their sums: an atom that is pointed at stands out in its sums.

const SUMS = [
  ["I(X1;Y)", ["redundancy", "unique_1"]],
  ["I(X2;Y)", ["redundancy", "unique_2"]],
  ["I(X1,X2;Y)", ATOMS],
];
const MEANS = {
  redundancy: "either source alone provides it",
  unique_1: "only source 1 provides it",
  unique_2: "only source 2 provides it",
  synergy: "only both sources together provide it",
};
const ZERO = 152, LONG = 216; // where bars begin, after room for negative atoms, and how long the longest is

/** Draws both into a parent; the result shows other atoms, on a scale for a target of so many bits. */
function sumsPanel(parent, colours) {
  const drawn = picture(parent, 420, 292, "Atoms and their sums");
  svg(drawn, "text", { x: 0, y: 14, class: "title" }, "Atoms, in bits");
  svg(drawn, "text", { x: 0, y: 180, class: "title" }, "Each information is a sum of them");
  const words = html(parent, "p", { className: "words" });
  const bars = new Map(ATOMS.map((atom, i) => [atom, bar(drawn, atom, 26 + 32 * i, colours[atom])]));
  const rows = SUMS.map(([name, parts], i) => row(drawn, name, parts, 190 + 32 * i, colours));
  svg(drawn, "line", { x1: ZERO, x2: ZERO, y1: 24, y2: 154, class: "zero" });
  let pinned = "", shown;

  function stress(atom) {
    drawn.classList.toggle("stressed", Boolean(atom));
    for (const part of drawn.querySelectorAll("[data-atom]")) part.classList.toggle("chosen", part.dataset.atom === atom);
    for (const [each, { group }] of bars) put(group, { "aria-pressed": each === pinned });
    const within = SUMS.filter(([, parts]) => parts.includes(atom)).map(([name]) => name);
    words.textContent = atom
      ? `${SYMBOLS[atom]} = ${bits(shown[atom])}: ${MEANS[atom]}. It is part of ${within.join(", ")}.`
      : "Point at an atom to see the sums that it is part of.";
  }
  for (const [atom, { group }] of bars) {
    pressable(group, () => { pinned = pinned === atom ? "" : atom; stress(pinned); });
    group.addEventListener("focus", () => stress(atom));
    group.addEventListener("blur", () => stress(pinned));
  }
  for (const part of drawn.querySelectorAll("[data-atom]")) {
    part.addEventListener("pointerenter", () => stress(part.dataset.atom));
    part.addEventListener("pointerleave", () => stress(pinned));
  }
  return (atoms, most) => {
    shown = atoms;
    const scale = LONG / most;
    for (const atom of ATOMS) bars.get(atom).show(atoms[atom], scale);
    rows.forEach((show) => show(atoms, scale));
    stress(drawn.querySelector(".bar.chosen")?.dataset.atom ?? pinned);
  };
}

function bar(drawn, atom, top, colour) {
  const group = svg(drawn, "g", { "data-atom": atom, class: "bar" });
  svg(group, "rect", { x: 0, y: top, width: 418, height: 30, class: "hit" });
  svg(group, "text", { x: 4, y: top + 20, class: "strong", style: `fill: ${colour.letters}` }, SYMBOLS[atom]);
  const strip = svg(group, "rect", { y: top + 5, height: 20 });
  const value = svg(group, "text", { y: top + 20 });
  return {
    group,
    show(bitsOf, scale) {
      stretch(strip, ZERO, bitsOf, scale, colour.mark);
      put(value, { x: ZERO + Math.max(bitsOf, 0) * scale + 6 }).textContent = bits(bitsOf);
      group.setAttribute("aria-label", `${SYMBOLS[atom]}: ${bits(bitsOf)} bits, ${MEANS[atom]}`);
    },
  };
}

function row(drawn, name, parts, top, colours) {
  svg(drawn, "text", { x: 4, y: top + 20 }, name);
  const strips = parts.map((atom) => svg(drawn, "rect", { y: top + 5, height: 20, "data-atom": atom }));
  const value = svg(drawn, "text", { y: top + 20 });
  return (atoms, scale) => {
    let [end, reach] = [0, 0];
    parts.forEach((atom, i) => {
      stretch(strips[i], ZERO + end * scale, atoms[atom], scale, colours[atom].mark);
      end += atoms[atom];
      reach = Math.max(reach, end);
    });
    put(value, { x: ZERO + reach * scale + 6 }).textContent = bits(end);
  };
}

/** A bar of so many bits; a negative one goes back to the left, and is hollow. */
function stretch(strip, start, bitsOf, scale, colour) {
  const [from, to] = [start, start + bitsOf * scale].sort((a, b) => a - b);
  const filled = bitsOf < -5e-4 ? "none" : colour;
  put(strip, { x: from, width: to - from, fill: filled, stroke: filled === "none" ? colour : "#ffffff" });
}
