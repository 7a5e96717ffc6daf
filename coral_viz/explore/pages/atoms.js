// Atoms in bits, as in coral_viz.pid. A table is a nested array p[x1][x2][y] that sums to 1.

const ATOMS = ["redundancy", "unique_1", "unique_2", "synergy"];
const SYMBOLS = { redundancy: "R", unique_1: "U1", unique_2: "U2", synergy: "S" };

const sum = (list) => list.reduce((a, b) => a + b, 0);
const log2 = (p) => (p > 0 ? Math.log2(p) : 0); // outcomes of probability 0 are weighed with it
const bounded = (value, low, high) => Math.min(Math.max(value, low), high);

/** p(y) of p[x][y]. */
const target = (p) => p[0].map((_, y) => sum(p.map((row) => row[y])));

/** p(x1, y), p(x2, y), and p((x1, x2), y) with the pairs in one row, of p[x1][x2][y]. */
function margins(p) {
  const first = p.map(target);
  const second = p[0].map((_, j) => target(p.map((plane) => plane[j])));
  return [first, second, p.flat()];
}

/** What the source says about every value of the target, weighed with its probability: they sum to I(X;Y). */
function specific(p) {
  const py = target(p), px = p.map(sum);
  return py.map((of, y) => sum(p.map((row, x) => row[y] * (log2(row[y]) - log2(px[x]) - log2(of)))));
}

const information = (p) => sum(specific(p));

/** The ROC curve of p[x][2] in cumulative masses (y = 0, y = 1), the values that favour y = 1 first. */
function rocCurve(p) {
  const steps = p.filter((row) => sum(row) > 0).sort((a, b) => a[0] / sum(a) - b[0] / sum(b));
  const corners = [[0, 0]];
  for (const [no, yes] of steps) corners.push([corners.at(-1)[0] + no, corners.at(-1)[1] + yes]);
  return corners;
}

/** The corners of the concave hull of points. */
function hullOf(points) {
  const kept = [];
  for (const point of [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    while (kept.length > 1 && turn(kept.at(-2), kept.at(-1), point) >= 0) kept.pop();
    kept.push(point);
  }
  return kept;
}

const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/** R + U1 + U2 by BROJA of a binary target: the information of the hull of both ROC curves. */
function unionOfHull(first, second) {
  const corners = hullOf([...rocCurve(first), ...rocCurve(second)]);
  const [one, two] = [information(first), information(second)];
  const union = information(corners.slice(1).map((corner, i) => [corner[0] - corners[i][0], corner[1] - corners[i][1]]));
  return bounded(union, Math.max(one, two), one + two);
}

/** Redundancy by every measure with a closed form, of p[x1][x2][y]; BROJA's only if the target is binary. */
const REDUNDANCIES = {
  broja: (p) => {
    const [first, second] = margins(p);
    return information(first) + information(second) - unionOfHull(first, second);
  },
  i_min: (p) => {
    const [first, second] = margins(p).map(specific);
    return sum(first.map((bits, y) => Math.min(bits, second[y])));
  },
  mmi: (p) => Math.min(...margins(p).slice(0, 2).map(information)),
  i_sx: (p) => mean(p, (x1y, x2y, x1, x2, y, both, all) => {
    return log2(x1y + x2y - all) - log2(x1 + x2 - both) - log2(y);
  }),
  i_pm: (p) => mean(p, (x1y, x2y, x1, x2, y) => {
    return Math.min(-log2(x1), -log2(x2)) - Math.min(log2(y) - log2(x1y), log2(y) - log2(x2y));
  }),
};

/** The expectation of a function of the probabilities of an outcome and of its parts. */
function mean(p, of) {
  const [first, second, pairs] = margins(p);
  const [x1, x2, y] = [first.map(sum), second.map(sum), target(pairs)];
  let result = 0;
  p.forEach((plane, i) => plane.forEach((row, j) => row.forEach((all, k) => {
    if (all > 0) result += all * of(first[i][k], second[j][k], x1[i], x2[j], y[k], sum(row), all);
  })));
  return result;
}

/** The four atoms that belong to this redundancy, by the three sums. */
function atomsOf(p, redundancy) {
  const [first, second, both] = margins(p).map(information);
  const [unique_1, unique_2] = [first - redundancy, second - redundancy];
  return { redundancy, unique_1, unique_2, synergy: both - redundancy - unique_1 - unique_2 };
}
