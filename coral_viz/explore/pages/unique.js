// Unique information: two ROC curves to drag, their hull, and the couplings from P to the least informative one.

const SIZE = 300, EDGE = 40, CELLS = 20; // pixels of the square of rates, its margin; cells across the map of couplings

function render({ model, el }) {
  const data = model.get("data");
  let state = { ...model.get("state") };
  const page = begun(el);
  const left = html(page, "div"), middle = html(page, "div"), right = html(page, "div", { className: "controls" });
  const showCurves = curvesPanel(left, data.colours, (source, point) => {
    change(own({ points: given(state, data).points.map((each, i) => (i === source ? point : each)) }));
  });
  const showSums = sumsPanel(middle, data.colours);
  const advantage = html(middle, "p");
  const showMap = mapPanel(right, (overlap) => change(own({ overlap })));
  const walk = slider(right, "walk from P to ★", [0, 1, 0.05], (value) => change({ walk: value }));
  const prior = slider(right, "P(y = 1)", [0.05, 0.95, 0.05], (value) => change(own({ prior: value })));
  const gate = list(right, "gate", (name) => change({ ...data.start, gate: name }));
  const code = html(right, "code");

  /** What was a gate is now a pair of curves of its own. */
  const own = (next) => ({ ...given(state, data), gate: OWN, ...next });

  function change(next) {
    state = { ...state, ...next };
    model.set("state", { ...state });
    model.save_changes();
    show();
  }

  function show() {
    const { points, prior: of, overlap } = given(state, data);
    const table = (at) => couplingOf(points, of, at);
    const [first, second] = margins(table(overlap));
    const informationAt = (at) => informationOf(table(at));
    const best = leastInformative(points);
    const here = overlap.map((value, y) => value + state.walk * (best[y] - value));
    const redundancy = information(first) + information(second) - unionOfHull(first, second);
    const atoms = atomsOf(table(here), redundancy);
    showCurves(points);
    showSums(atoms, 1);
    showMap(overlap, best, here, informationAt);
    advantage.textContent = `The hull lies above curve 2 where source 1 is of more use for some decision: U1 = `
      + `${bits(atoms.unique_1)}. It lies above curve 1 where source 2 is: U2 = ${bits(atoms.unique_2)}. On the walk `
      + `the curves stay, and so do R, U1 and U2; only S falls, to 0 at ★.`;
    walk.show(state.walk);
    prior.show(of);
    gate.offer([...Object.keys(data.gates), ...(state.gate === OWN ? [OWN] : [])]);
    gate.show(state.gate);
    code.textContent = codeOf("unique", state, data.start);
  }
  show();
}

/** Points, prior and overlap of a state. */
const given = ({ gate, points, prior, overlap }, data) => (gate === OWN ? { points, prior, overlap } : data.gates[gate]);

/**
 * p[x1][x2][y] of two sources that accept with these (false-positive, true-positive) rates. The overlap says for each y
 * how often both accept, from as rarely (0) to as often (1) as the rates allow.
 */
function couplingOf([first, second], prior, overlap) {
  const cells = [[[0, 0], [0, 0]], [[0, 0], [0, 0]]];
  for (const y of [0, 1]) {
    const [one, two, share] = [first[y], second[y], y ? prior : 1 - prior];
    const [low, high] = [Math.max(0, one + two - 1), Math.min(one, two)];
    const both = low + overlap[y] * (high - low);
    cells[0][0][y] = Math.max(1 - one - two + both, 0) * share;
    cells[0][1][y] = Math.max(two - both, 0) * share;
    cells[1][0][y] = Math.max(one - both, 0) * share;
    cells[1][1][y] = both * share;
  }
  return cells;
}

/** I(X1,X2;Y) of p[x1][x2][y], as fast as hundreds of couplings at every movement need it. */
function informationOf([[a, b], [c, d]]) {
  const told = ([no, yes]) => weighed(no) + weighed(yes) - weighed(no + yes);
  const [no, yes] = [a[0] + b[0] + c[0] + d[0], a[1] + b[1] + c[1] + d[1]];
  return told(a) + told(b) + told(c) + told(d) - told([no, yes]);
}

const weighed = (p) => (p > 0 ? p * Math.log2(p) : 0);

/**
 * The overlap of the least informative table. A source whose point lies below the curve of the other one is a garbling of
 * it: nothing but noise is added. If neither is, they accept in turn, so that the table has the hull of both curves.
 */
function leastInformative([first, second]) {
  return garbled(first, second) ?? garbled(second, first) ?? [1, 1];
}

/** The overlap if the second source accepts with probability a where the first one does, b elsewhere; null if none fits. */
function garbled(first, second) {
  const share = first[1] > first[0] ? (second[1] - second[0]) / (first[1] - first[0]) : second[1] > second[0] ? Infinity : 0;
  const b = second[0] - share * first[0], a = b + share;
  if (!(b >= -1e-12 && a <= 1 + 1e-12)) return null;
  return first.map((rate, y) => {
    const [low, high] = [Math.max(0, rate + second[y] - 1), Math.min(rate, second[y])];
    return high > low ? bounded((a * rate - low) / (high - low), 0, 1) : 0;
  });
}

/** Both curves with a point each to drag; where their hull lies above one of them is hatched. */
function curvesPanel(parent, colours, moved) {
  const drawn = picture(parent, EDGE + SIZE + 12, SIZE + EDGE + 12, "ROC curves of both sources and their hull");
  const at = ([no, yes]) => [EDGE + SIZE * no, 8 + SIZE * (1 - yes)];
  const path = (points) => points.map((point) => at(point).join()).join(" ");
  const square = { x: EDGE, y: 8, width: SIZE, height: SIZE, class: "whole" };
  svg(drawn, "rect", square);
  svg(drawn, "text", { x: EDGE + SIZE / 2, y: SIZE + EDGE + 4, class: "middle" }, "false-positive rate");
  svg(drawn, "text", { x: 14, y: 8 + SIZE / 2, class: "middle upright" }, "true-positive rate");
  for (const end of [0, 1]) {
    svg(drawn, "text", { x: EDGE + SIZE * end, y: SIZE + 25, class: "middle small" }, end);
    svg(drawn, "text", { x: EDGE - 8, y: 12 + SIZE * (1 - end), class: "middle small" }, end);
  }
  const shared = svg(drawn, "polygon", { fill: colours.redundancy.mark, opacity: 0.12 });
  const marks = ["unique_1", "unique_2"].map((atom) => colours[atom].mark);
  const gains = marks.map((colour, i) => svg(drawn, "polygon", { fill: hatched(drawn, colour, 45 + 90 * i) }));
  svg(drawn, "polyline", { points: path([[0, 0], [1, 1]]), class: "line", stroke: "#dcdee1" });
  const curves = marks.map((colour) => svg(drawn, "polyline", { class: "line", stroke: colour, "stroke-width": 3 }));
  const join = svg(drawn, "polyline", { class: "line hull", stroke: "#1a1a1a" });
  const handles = marks.map((colour, source) => handle(drawn, source, colour, at, (x, y) => {
    const no = bounded((x - EDGE) / SIZE, 0, 1);
    moved(source, [no, bounded(1 - (y - 8) / SIZE, no, 1)]); // a source never does worse than chance
  }));
  html(parent, "p", {
    textContent: "Each source says yes or no. Drag its point: how often it says yes if y = 1 (up) and if y = 0 (right). "
      + "Dashed: the hull, an agent who may choose the better source. Grey: under both curves, R.",
  });
  return (points) => {
    const [one, two] = points.map((point) => [[0, 0], point, [1, 1]]);
    const corners = hullOf([...one, ...two]);
    put(shared, { points: path([...under(one, two), [1, 0]]) });
    [two, one].forEach((below, i) => put(gains[i], { points: path([...corners, ...below.toReversed()]) }));
    [one, two].forEach((curve, i) => put(curves[i], { points: path(curve) }));
    put(join, { points: path(corners) });
    handles.forEach((show, i) => show(points[i]));
  };
}

/** The lower one of two curves with a corner each. */
function under(one, two) {
  const rates = [...one, ...two].map((point) => point[0]).sort((a, b) => a - b);
  const rises = [one, two].map(([, [no, yes], end]) => [[no, yes], end]);
  const height = ([[no, yes]], x) => (x <= no ? (no > 0 ? (yes * x) / no : yes) : yes + ((1 - yes) * (x - no)) / (1 - no));
  const crossing = crossingOf(one[1], two[1]);
  return [[0, 0], ...[...rates, ...crossing].sort((a, b) => a - b)
    .map((x) => [x, Math.min(...rises.map((rise) => height(rise, x)))])];
}

/** Where the first stretch of one curve crosses the second of the other. */
function crossingOf(a, b) {
  const [[no, yes], [far, high]] = a[0] < b[0] ? [a, b] : [b, a];
  if (no === far || far === 0 || no === 1) return [];
  const [slope, after] = [high / far, (1 - yes) / (1 - no)];
  const x = slope === after ? NaN : (yes - after * no) / (slope - after);
  return x > no && x < far ? [x] : [];
}

/** A fill of stripes. */
function hatched(drawn, colour, angle) {
  const id = `hatch-${Math.random().toString(36).slice(2)}`; // of this page: there may be others beside it
  const pattern = svg(drawn, "pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse" });
  put(pattern, { patternTransform: `rotate(${angle})` });
  svg(pattern, "line", { y2: 7, stroke: colour, "stroke-width": 3 });
  return `url(#${id})`;
}

function handle(drawn, source, colour, at, moved) {
  const circle = svg(drawn, "circle", { r: 12, fill: "#ffffff", stroke: colour, class: "handle", tabindex: 0, role: "slider" });
  put(circle, { "aria-label": `source ${source + 1}`, "aria-valuemin": 0, "aria-valuemax": 1 });
  const name = svg(drawn, "text", { class: "middle strong" }, source + 1);
  let point = [0, 0];
  draggable(circle, moved);
  movable(circle, (across, up) => {
    const [x, y] = at([point[0] + across / 100, point[1] + up / 100]);
    moved(x, y);
  });
  return (now) => {
    point = now;
    const [cx, cy] = at(now);
    put(circle, { cx, cy, "aria-valuenow": now[1].toFixed(3) });
    put(circle, { "aria-valuetext": `false-positive rate ${bits(now[0], 2)}, true-positive rate ${bits(now[1], 2)}` });
    put(name, { x: cx, y: cy + 5 });
  };
}

/** I_Q over all couplings with the same curves: dark where it is least. P can be dragged. */
function mapPanel(parent, moved) {
  const side = 210, margin = 22;
  const drawn = picture(parent, side + margin + 8, side + margin + 24, "Tables with the same curves");
  svg(drawn, "text", { x: 0, y: 12, class: "strong" }, "Tables with the same curves");
  svg(drawn, "text", { x: margin + side / 2, y: side + 40, class: "middle small" }, "both say yes if y = 0: rarely → often");
  svg(drawn, "text", { x: 10, y: 20 + side / 2, class: "middle small upright" }, "if y = 1: rarely → often");
  const at = ([x, y]) => [margin + side * x, 20 + side * (1 - y)];
  const map = svg(drawn, "foreignObject", { x: margin, y: 20, width: side, height: side });
  const canvas = html(map, "canvas", { width: CELLS, height: CELLS }), pixels = new ImageData(CELLS, CELLS);
  const way = svg(drawn, "polyline", { class: "line", stroke: "#1a1a1a" });
  const star = svg(drawn, "text", { class: "middle star" }, "★");
  const ring = svg(drawn, "circle", { r: 11, stroke: "#1a1a1a", class: "handle", tabindex: 0, role: "slider" });
  put(ring, { "aria-label": "P: how often both say yes", "aria-valuemin": 0, "aria-valuemax": 1 });
  const letter = svg(drawn, "text", { class: "middle strong small" }, "P");
  const dot = svg(drawn, "circle", { r: 5, class: "dot" });
  const words = html(parent, "p");
  let overlap = [0, 0];
  const inside = (point) => point.map((value) => bounded(value, 0, 1));
  draggable(ring, (x, y) => moved(inside([(x - margin) / side, 1 - (y - 20) / side])));
  movable(ring, (across, up) => moved(inside([overlap[0] + across / 20, overlap[1] + up / 20])));
  return (start, best, here, of) => {
    overlap = start;
    const values = Array.from({ length: CELLS ** 2 }, (_, i) => {
      return of([((i % CELLS) + 0.5) / CELLS, 1 - (Math.floor(i / CELLS) + 0.5) / CELLS]);
    });
    const [low, high] = [Math.min(...values), Math.max(...values)];
    values.forEach((value, i) => pixels.data.set(warm(high > low ? (value - low) / (high - low) : 0), 4 * i));
    canvas.getContext("2d").putImageData(pixels, 0, 0);
    put(way, { points: [start, best].map((point) => at(point).join()).join(" ") });
    for (const [mark, point, aside, drop] of [[star, best, 0, 9], [letter, start, -20, 5]]) {
      put(mark, { x: at(point)[0] + aside, y: at(point)[1] + drop });
    }
    for (const [mark, point] of [[ring, start], [dot, here]]) put(mark, { cx: at(point)[0], cy: at(point)[1] });
    const often = start.map((share) => `${Math.round(100 * share)} %`);
    put(ring, { "aria-valuenow": start[0].toFixed(3), "aria-valuetext": `${often[0]} if y = 0, ${often[1]} if y = 1` });
    words.textContent = `Darker: less I(X1,X2;Y). ${bits(of(here))} bits at the dot, ${bits(of(best))} at the least, ★.`;
  };
}

/** Red, green, blue and opacity from dark (least) to light. */
const warm = (share) => [...[[222, 243], [190, 240], [150, 232]].map(([from, to]) => {
  return from + (to - from) * Math.sqrt(share);
}), 255];

export default { render };
