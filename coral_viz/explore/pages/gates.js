// Gates: squares, whose areas are the probabilities of pairs of source values, each with its target value.

const SIDE = 260, LEFT = 34, TOP = 30; // of the squares, all together, and of their top left corner
const LEAST = 0.002; // a square that is smaller has no probability

function render({ model, el }) {
  const data = model.get("data");
  let state = { ...model.get("state") };
  const page = begun(el);
  const left = html(page, "div"), middle = html(page, "div"), right = html(page, "div", { className: "controls" });
  const squares = picture(left, 300, 310, "Pairs of source values");
  html(left, "p");
  const showSums = sumsPanel(middle, data.colours);
  const byMeasure = measureTable(middle, data, (measure) => change({ measure }));
  const gate = list(right, "gate", (name) => change({ ...data.start, gate: name, measure: state.measure }));
  const noise = slider(right, "noise on Y", [0, 1, 0.05], (value) => change({ noise: value }));
  const correlation = slider(right, "X2 copies X1", [0, 1, 0.05], (value) => change({ correlation: value }));
  const caption = html(right, "p", { role: "status" });
  const code = html(right, "code");
  let cells = [], kind = "";

  function change(next) {
    state = { ...state, ...next };
    model.set("state", { ...state });
    model.save_changes();
    show();
  }

  function show() {
    const p = tableOf(state, data.gates);
    if (kind !== (kind = shapeOf(state, data.gates))) cells = drawCells(squares, p, grabbed, flipped);
    cells.forEach((cell) => cell.show(p, page));
    const found = decompositions(p, state, data, model.get("answer"));
    page.classList.toggle("waiting", !found);
    if (found) {
      showSums(found[state.measure], Math.log2(p[0][0].length));
      byMeasure.show(found, state.measure);
    }
    const known = data.gates[state.gate];
    gate.offer([...Object.keys(data.gates), ...(known ? [] : [OWN])]);
    gate.show(state.gate);
    const stays = known && known.table[0][0].length > 2 && !data.kernel;
    noise.show(state.noise, stays);
    correlation.show(state.correlation, stays || !known?.correlates);
    caption.textContent = `Y: ${known ? known.rule : "your table"}. ${state.measure}: `
      + `${data.measures[state.measure].said}.${stays ? " (Noise on this gate takes Python.)" : ""}`;
    code.textContent = codeOf("gates", state, data.start);
  }

  /** The squares are given probabilities of their own, or target values: what was a gate is a table now. */
  function own(next) {
    const [pairs, rule] = [pairsOf(state, data.gates).flat(), ruleOf(state, data.gates)];
    change({ gate: OWN, correlation: 0, pairs, target: rule.flat().map((row) => row[1]), ...next });
  }
  const grabbed = (index, probability) => own({ pairs: withOne(pairsOf(state, data.gates).flat(), index, probability) });
  const flipped = (index) => {
    const before = ruleOf(state, data.gates).flat().map((row) => row[1]);
    own({ target: before.map((value, i) => (i === index ? Number(value < 0.5) : value)) });
  };

  model.on("change:answer", show);
  show();
}

/** p(x1, x2) of a state. */
function pairsOf({ gate, correlation, pairs }, gates) {
  if (gate === OWN) return [pairs.slice(0, 2), pairs.slice(2)];
  const given = gates[gate].table.map((plane) => plane.map(sum));
  return given.map((row, i) => row.map((p, j) => (1 - correlation) * p + correlation * (i === j ? sum(row) : 0)));
}

/** p(y | x1, x2) of a state without noise; fair where a pair never occurs. */
function ruleOf({ gate, target: given }, gates) {
  if (gate === OWN) return [given.slice(0, 2), given.slice(2)].map((row) => row.map((yes) => [1 - yes, yes]));
  return gates[gate].table.map((plane) => plane.map((row) => {
    return row.map((p) => (sum(row) > 0 ? p / sum(row) : 1 / row.length));
  }));
}

/** p(x1, x2, y) of a state. */
function tableOf(state, gates) {
  const [pairs, rule] = [pairsOf(state, gates), ruleOf(state, gates)];
  const { noise } = state;
  return rule.map((plane, i) => plane.map((row, j) => {
    return row.map((p) => pairs[i][j] * ((1 - noise) * p + noise / row.length));
  }));
}

const shapeOf = ({ gate }, gates) => (gate === OWN ? "2,2,2" : shape(gates[gate].table));
const shape = (p) => String([p.length, p[0].length, p[0][0].length]);

/** Probabilities with one of them set, and the others in proportion as before (equal if they were 0). */
function withOne(pairs, index, probability) {
  const one = probability < LEAST ? 0 : bounded(probability, 0, 1), rest = 1 - pairs[index];
  return pairs.map((p, i) => (i === index ? one : rest > 0 ? (p / rest) * (1 - one) : (1 - one) / (pairs.length - 1)));
}

/** Atoms by measure; nothing while BROJA of a larger target is still to come from Python. */
function decompositions(p, { gate, noise, correlation }, data, answer) {
  const found = {};
  for (const measure of Object.keys(data.measures)) {
    const { closed } = data.measures[measure];
    if (closed !== "broja" || p[0][0].length === 2) found[measure] = atomsOf(p, REDUNDANCIES[closed](p));
    else if (noise === 0 && correlation === 0) found[measure] = atomsOf(p, data.gates[gate].redundancy);
    else if (String(answer?.of) === String([gate, noise, correlation])) found[measure] = atomsOf(p, answer.redundancy);
    else return null;
  }
  return found;
}

/** A square per pair; those of two binary sources and a binary target can be dragged and flipped. */
function drawCells(squares, p, grabbed, flipped) {
  squares.replaceChildren();
  const [rows, columns, values] = shape(p).split(",").map(Number);
  const unit = SIDE / Math.max(rows, columns), alive = rows * columns * values === 8;
  svg(squares, "text", { x: LEFT + (columns * unit) / 2, y: 14, class: "middle" }, "source 2: X2");
  svg(squares, "text", { x: 12, y: TOP + (rows * unit) / 2, class: "middle upright" }, "source 1: X1");
  for (let j = 0; j < columns; j++) {
    svg(squares, "text", { x: LEFT + (j + 0.5) * unit, y: TOP + rows * unit + 16, class: "middle" }, j);
  }
  for (let i = 0; i < rows; i++) {
    svg(squares, "text", { x: LEFT - 8, y: TOP + (i + 0.5) * unit + 5, class: "middle" }, i);
  }
  squares.parentNode.querySelector("p").textContent = alive
    ? "Drag a square: its area is p(x1, x2). Press a y to flip it."
    : "Areas are p(x1, x2). In them stands the likeliest y.";
  const draw = alive ? liveCell : stillCell;
  return p.flatMap((plane, i) => plane.map((_, j) => {
    const at = { x: LEFT + (j + 0.5) * unit, y: TOP + (i + 0.5) * unit, unit };
    return draw(squares, i, j, at, (probability) => grabbed(i * columns + j, probability), () => flipped(i * columns + j));
  }));
}

const likeliest = (row) => {
  const best = Math.max(...row);
  return row.filter((p) => p > best - 1e-9).length > 1 ? "?" : String(row.indexOf(best));
};
const shade = (share) => `rgb(${[241 - 87 * share, 242 - 75 * share, 244 - 60 * share].map(Math.round)})`;

function place(square, { x, y }, side) {
  put(square, { x: x - side / 2, y: y - side / 2, width: side, height: side });
}

function liveCell(squares, i, j, at, grabbed, flipped) {
  svg(squares, "rect", { x: at.x - at.unit / 2 + 1, y: at.y - at.unit / 2 + 1, width: at.unit - 2, height: at.unit - 2, class: "whole" });
  const square = svg(squares, "rect", { class: "square", role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": 1 });
  put(square, { "aria-label": `probability of x1 = ${i}, x2 = ${j}` });
  const flip = svg(squares, "g", { class: "flip" });
  svg(flip, "circle", { cx: at.x, cy: at.y, r: 15 });
  const y = svg(flip, "text", { x: at.x, y: at.y + 6, class: "middle strong" });
  const value = svg(squares, "text", { x: at.x, y: at.y + at.unit / 2 - 6, class: "middle small" });
  let probability = 0;
  draggable(square, (x, y) => grabbed((2 * Math.max(Math.abs(x - at.x), Math.abs(y - at.y)) / at.unit) ** 2));
  movable(square, (across, up) => grabbed(Math.round(100 * probability + across + up) / 100));
  pressable(flip, flipped);
  return {
    show(p) {
      probability = sum(p[i][j]);
      const likely = likeliest(p[i][j]), share = probability > 0 ? p[i][j][1] / probability : 0.5;
      place(square, at, Math.max(at.unit * Math.sqrt(probability), 8)); // never too small to be grabbed
      put(square, { fill: shade(share), "aria-valuenow": probability.toFixed(3) });
      square.classList.toggle("empty", probability === 0);
      y.textContent = probability > 0 ? likely : "–";
      put(flip, { "aria-label": `y is ${likely} where x1 = ${i}, x2 = ${j}: flip` });
      value.textContent = `p = ${bits(probability)}`;
    },
  };
}

function stillCell(squares, i, j, at) {
  const square = svg(squares, "rect", { class: "square" });
  const y = svg(squares, "text", { x: at.x, y: at.y + 5, class: "middle" });
  return {
    show(p) {
      const probability = sum(p[i][j]), most = Math.max(...p.flat().map(sum));
      const mean = probability > 0 ? sum(p[i][j].map((each, y) => (y * each) / probability)) / (p[i][j].length - 1) : 0;
      place(square, at, 0.94 * at.unit * Math.sqrt(probability / most));
      put(square, { fill: shade(mean) });
      y.textContent = probability > 0 ? likeliest(p[i][j]) : "";
    },
  };
}

/** Atoms by every measure; one of the measures is chosen for the bars. */
function measureTable(parent, data, chosen) {
  const table = html(parent, "table");
  const head = html(html(table, "thead"), "tr");
  html(head, "th", { textContent: "by measure", scope: "col" });
  for (const atom of ATOMS) {
    html(head, "th", { textContent: SYMBOLS[atom], scope: "col" }).style.color = data.colours[atom].letters;
  }
  const group = `measure-${Math.random()}`; // of radio buttons, one per page
  const body = html(table, "tbody");
  const rows = Object.keys(data.measures).map((measure) => {
    const line = html(body, "tr");
    const label = html(html(line, "th", { scope: "row" }), "label");
    const radio = html(label, "input", { type: "radio", name: group });
    label.append(measure);
    radio.addEventListener("change", () => chosen(measure));
    return [measure, radio, ATOMS.map(() => html(line, "td"))];
  });
  return {
    show(found, shown) {
      for (const [measure, radio, numbers] of rows) {
        radio.checked = measure === shown;
        numbers.forEach((number, i) => { number.textContent = bits(found[measure][ATOMS[i]]); });
      }
    },
  };
}

export default { render };
