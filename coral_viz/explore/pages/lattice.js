// The redundancy lattice: a node that is picked shows which atoms sum to its redundancy.

const WIDE = 700, HIGH = 450, BOX = [92, 40], LETTER = 11; // of the drawing, of a node, and of a letter in it
const NEGATIVE = "#b2182b"; // of atoms below 0

function render({ model, el }) {
  const data = model.get("data");
  let state = { ...model.get("state") };
  const page = begun(el, "lattice");
  const left = html(page, "div"), right = html(page, "div", { className: "controls" });
  const drawn = picture(left, WIDE, HIGH, "Redundancy lattice");
  const sources = list(right, "sources", (count) => {
    change({ ...data.first[count], sources: Number(count), measure: state.measure });
  });
  const example = list(right, "distribution", (name) => change({ example: name }));
  const measure = list(right, "measure", (name) => change({ measure: name }));
  const words = html(right, "p", { role: "status" });
  const terms = html(right, "ul");
  const code = html(right, "code");
  let nodes = [], built = 0;

  function change(next) {
    state = { ...state, ...next };
    model.set("state", { ...state });
    model.save_changes();
    show();
  }

  function show() {
    const lattice = data.lattices[state.sources];
    const chosen = lattice.labels.indexOf(state.node);
    const shared = data.redundancies[state.sources][state.example][state.measure];
    const atoms = inverted(shared, lattice.below);
    if (built !== (built = state.sources)) nodes = drawLattice(drawn, lattice, (node) => change({ node }));
    nodes.forEach((show, i) => show(atoms[i], i === chosen, lattice.below[chosen].includes(i), data.colours));
    const parts = lattice.below[chosen].filter((i) => Math.abs(atoms[i]) > 5e-4);
    words.textContent = `${state.node}: ${lattice.meanings[chosen]}. Its redundancy is ${bits(shared[chosen])} bits, the `
      + `sum of the atoms of itself and of all nodes below it`
      + (parts.length ? ":" : ", all of which are 0.");
    terms.replaceChildren(...parts.map((i) => {
      return Object.assign(document.createElement("li"), { textContent: `${bits(atoms[i])} of ${lattice.labels[i]}` });
    }));
    sources.offer(Object.keys(data.lattices));
    sources.show(state.sources);
    example.offer(Object.keys(data.redundancies[state.sources]));
    example.show(state.example);
    measure.offer(Object.keys(data.redundancies[state.sources][state.example]));
    measure.show(state.measure);
    code.textContent = codeOf("lattice", state, data.start);
  }
  show();
}

/** The atom of each node: its redundancy less the atoms of all nodes below it, which come before it. */
function inverted(shared, below) {
  const atoms = [];
  shared.forEach((value, i) => atoms.push(value - sum(below[i].filter((j) => j < i).map((j) => atoms[j]))));
  return atoms;
}

function drawLattice(drawn, lattice, picked) {
  drawn.replaceChildren();
  const rank = Math.max(...lattice.place.map(([, y]) => y)), width = Math.max(...lattice.place.map(([x]) => x));
  const at = ([x, y]) => [
    WIDE / 2 + x * Math.min(150, (WIDE - BOX[0] - 8) / (2 * width || 1)), HIGH - 28 - (y * (HIGH - 56)) / rank,
  ];
  const edges = lattice.covers.map(([upper, lower]) => {
    const [[x1, y1], [x2, y2]] = [at(lattice.place[upper]), at(lattice.place[lower])];
    return [svg(drawn, "line", { x1, y1, x2, y2, class: "edge" }), upper, lower];
  });
  const group = svg(drawn, "g", { role: "radiogroup", "aria-label": "node" });
  const boxes = lattice.labels.map((label, i) => drawNode(group, label, at(lattice.place[i]), () => picked(label)));
  const walk = (from, across, up) => {
    const target = nearest(lattice, from, across, up);
    picked(lattice.labels[target]);
    boxes[target].node.focus();
  };
  boxes.forEach(({ node }, i) => movable(node, (across, up) => walk(i, across, Math.sign(up))));
  return boxes.map(({ show }, i) => (atom, chosen, below, colours) => {
    show(atom, chosen, below, colours);
    for (const [edge, upper, lower] of edges) {
      if (upper === i) edge.classList.toggle("upper", below);
      if (lower === i) edge.classList.toggle("lower", below);
    }
  });
}

/** The node that an arrow key leads to: up or down along an edge, or the next one of the same rank. */
function nearest({ place, covers }, from, across, up) {
  const joined = covers.map(([upper, lower]) => (up > 0 ? [lower, upper] : [upper, lower]));
  const beside = place.map(([x, y], i) => [y === place[from][1] && (x - place[from][0]) * across > 0 ? from : -1, i]);
  const near = (up ? joined : beside).filter(([start]) => start === from).map(([, end]) => end);
  const away = (i) => Math.abs(place[i][0] - place[from][0]);
  return near.reduce((best, i) => (best === from || away(i) < away(best) ? i : best), from);
}

function drawNode(group, label, [x, y], picked) {
  const node = svg(group, "g", { class: "node" });
  pressable(node, picked);
  put(node, { role: "radio" });
  const width = Math.max(BOX[0], LETTER * label.length);
  const box = svg(node, "rect", { x: x - width / 2, y: y - BOX[1] / 2, width, height: BOX[1], rx: 8 });
  svg(node, "text", { x, y: y - 3, class: "middle strong" }, label);
  const value = svg(node, "text", { x, y: y + 14, class: "middle" });
  return {
    node,
    show(atom, chosen, below, colours) {
      put(box, { fill: tint(atom < 0 ? NEGATIVE : colours.unique_1.mark, bounded(Math.sqrt(Math.abs(atom)), 0, 1)) });
      node.classList.toggle("below", below);
      value.textContent = bits(atom);
      put(node, { "aria-checked": chosen, tabindex: chosen ? 0 : -1, "aria-label": `${label}: atom ${bits(atom)} bits` });
    },
  };
}

/** A colour mixed with white, at most so much that black letters on it stay readable. */
const tint = (colour, share) => `rgb(${[1, 3, 5].map((i) => {
  return Math.round(255 - (255 - parseInt(colour.slice(i, i + 2), 16)) * share / 2);
})})`;

export default { render };
