"""The interior-point method behind ``broja``: a batch of convex programs, one duality gap each.

Let a[i,y] and b[j,y] be the two source-target marginals. The program is

    minimise    f(q) = sum_ijy q log(q / q12),    q12[i,j] = sum_y q,    so that f(q) = -H_q(Y|X1,X2) in nats,
    subject to  sum_j q = a,   sum_i q = b,   q >= 0,

and its dual, after eliminating q in closed form, is

    maximise    <alpha, a> + <beta, b>   subject to   L_ij = log sum_y exp(alpha[i,y] + beta[j,y]) <= 0  for all i, j.

Shifting alpha by a constant per row and beta by one per column makes *any* (alpha, beta) feasible, so every iterate
certifies how far f(q) can be from the optimum (``dual_value``).

The method is a primal-dual barrier method (Nocedal and Wright, "Numerical Optimization", 2006, chapter 19): it follows
log(q / q12) - alpha - beta = z, q z = mu, while mu shrinks. Two facts make it cheap. The Hessian of f is a diagonal
minus one rank-one term per pair (i, j), so with D = q / (1 + z) and s = sum_y D z the inverse of Hessian + z / q is
diag(D) + D D' / s (Sherman and Morrison). And the normal matrix of the marginal constraints then has ny x ny blocks
for the rows, so that only a Schur complement of size n2 ny has to be factorised densely.

Cells with a marginal of zero are held at zero: they never enter a sum, a step or a certificate.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Path:
    """How the method follows the central path.

    Attributes:
        start: initial duality gap aimed at, in nats.
        shrink: factor on mu once an iterate is centred.
        spread: an iterate is centred while |q z| / mu stays below this.
        clip: the dual slack z that scales a step is kept within [mu / (clip q), clip mu / q].
        reach: fraction of the way to the boundary that a step may go.
        steps: at most so many Newton steps.
    """

    start: float = 0.05
    shrink: float = 0.1
    spread: float = 300.0
    clip: float = 1000.0
    reach: float = 0.97
    steps: int = 40


FAST = Path()
CAREFUL = Path(shrink=0.3, spread=4.0, clip=10.0, reach=0.95, steps=120)


@dataclass
class Rows:
    """Arrays that share their first axis, one entry per table of the batch."""

    def select(self, keep):
        """The same arrays for the tables ``keep`` alone."""
        return type(self)(*(getattr(self, field.name)[keep] for field in fields(self)))


@dataclass
class Tables(Rows):
    """What is fixed: the marginals, and which cells they leave free."""

    a: np.ndarray  # (B, n1, ny)
    b: np.ndarray  # (B, n2, ny)
    free: np.ndarray  # (B, n1, n2, ny): whether a cell may be positive
    empty: np.ndarray  # (B, n1, n2): 1 where no target value is possible, else 0
    cells: np.ndarray  # (B, 1, 1, 1): number of free cells
    anchor: np.ndarray  # (B, n2 ny): 1 at the likeliest column value of each y, else 0

    @classmethod
    def of(cls, a, b):
        free = (a[:, :, None] > 0) & (b[:, None] > 0)
        anchor = np.zeros_like(b)
        np.put_along_axis(anchor, b.argmax(1)[:, None], 1.0, axis=1)
        cells = free.sum((1, 2, 3), keepdims=True)
        return cls(a, b, free, 1.0 - free.any(-1), cells, anchor.reshape(len(b), -1))


@dataclass
class Point(Rows):
    """A primal-dual iterate and what has been computed at it."""

    q: np.ndarray  # (B, n1, n2, ny)
    log_q: np.ndarray  # (B, n1, n2, ny)
    slope: np.ndarray  # (B, n1, n2, ny): log(q / q12), the gradient of f
    alpha: np.ndarray  # (B, n1, ny)
    beta: np.ndarray  # (B, n2, ny)
    z: np.ndarray  # (B, n1, n2, ny): the clipped dual slack
    mu: np.ndarray  # (B, 1, 1, 1)


def minimise(a, b, tol: float, path: Path = FAST):
    """Solve a batch of programs.

    Args:
        a, b: marginals, shapes (B, n1, ny) and (B, n2, ny), each table with sum 1 and both with the same p(y).
        tol: the duality gap to reach, in nats.

    Returns:
        q, alpha, beta of shapes (B, n1, n2, ny), (B, n1, ny), (B, n2, ny): the iterate of each table with the smallest
        gap, ``tol`` or less unless ``path.steps`` ran out. q is feasible up to rounding errors.
    """
    tables, point = Tables.of(a, b), start(a, b, path)
    found = point.q.copy(), point.alpha.copy(), point.beta.copy()
    smallest, left = np.full(len(a), np.inf), np.arange(len(a))
    for taken in range(1, path.steps + 1):
        point = step(tables, point, tol, path)
        if taken < path.steps and (point.mu * tables.cells).min() > tol:
            continue  # the next gap aimed at is still too large: no need to measure this one
        gap = np.abs(objective(point.q) - dual_value(point.alpha, point.beta, tables.a, tables.b))
        better = gap < smallest[left]
        smallest[left[better]] = gap[better]
        for array, value in zip(found, (point.q, point.alpha, point.beta)):
            array[left[better]] = value[better]
        unsolved = gap > tol
        if not unsolved.any():
            break
        if not unsolved.all():
            tables, point, left = tables.select(unsolved), point.select(unsolved), left[unsolved]
    return found


def start(a, b, path: Path) -> Point:
    """The strictly feasible coupling under which the sources are independent given the target: a b / p(y)."""
    py, p1 = a.sum(1), a.sum(-1, keepdims=True)
    q = a[:, :, None] * (b / np.where(py > 0, py, 1.0)[:, None])[:, None]
    alpha = np.log(np.where(a > 0, a, 1.0) / np.where(p1 > 0, p1, 1.0))
    mu = path.start / np.maximum((q > 0).sum((1, 2, 3), keepdims=True), 1)
    log_q, slope = logarithms(q)
    return Point(q, log_q, slope, alpha, np.zeros_like(b), mu / np.where(q > 0, q, 1.0), mu)


def objective(q):
    """f in nats, shape (B,)."""
    return np.einsum("bijy,bijy->b", q, logarithms(q)[1])


def logarithms(q):
    """log q and log(q / q12), the gradient of f; both finite, if meaningless, where q is 0."""
    q12 = q.sum(-1)
    log_q = np.log(q + (q == 0))
    return log_q, log_q - np.log(q12 + (q12 == 0))[..., None]


def dual_value(alpha, beta, a, b):
    """A lower bound on min f in nats, shape (B,), from any (alpha, beta): its value after a shift that is feasible.

    Rows are shifted by max_j L_ij, then columns by the slack that leaves (a c-transform, as in optimal transport).
    """
    possible = (a[:, :, None] > 0) & (b[:, None] > 0)
    exponent = np.where(possible, alpha[:, :, None] + beta[:, None], -1e300)  # finite, so that no nan can arise
    top = exponent.max(-1)
    largest = top + np.log(np.exp(exponent - top[..., None]).sum(-1))
    rows = largest.max(2)
    columns = (largest - rows[:, :, None]).max(1)
    value = np.einsum("biy,biy->b", alpha - rows[:, :, None], a)
    return value + np.einsum("bjy,bjy->b", beta - columns[:, :, None], b)


def step(tables: Tables, point: Point, tol: float, path: Path) -> Point:
    """One damped Newton step in q, a full one in (alpha, beta), and the next mu."""
    inside = np.where(tables.free, point.q, 1.0)  # can divide
    move, alpha, beta = newton_direction(tables, point, inside)
    q, log_q, slope, slack = line_search(point, move, inside, alpha[:, :, None] + beta[:, None], path)
    inside, slack = np.where(tables.free, q, 1.0), np.where(tables.free, slack, 0.0)
    centred = np.abs(slack * inside).max((1, 2, 3), keepdims=True) < path.spread * point.mu
    mu = np.where(centred, np.maximum(path.shrink * point.mu, 0.05 * tol / tables.cells), point.mu)
    centre = mu / inside
    z = np.minimum(np.maximum(slack, centre / path.clip), path.clip * centre)
    return Point(q, log_q, slope, alpha, beta, z, mu)


def newton_direction(tables: Tables, point: Point, inside):
    """The change of q, and the new alpha and beta, that solve the linearised conditions log(q/q12) - ... = mu / q."""
    scale = point.q / (1.0 + point.z)
    rank_one = np.einsum("bijy,bijy->bij", scale, point.z) + tables.empty

    def apply(force):
        """(Hessian of f + diag(z / q))^-1 force."""
        along = np.einsum("bijy,bijy->bij", scale, force) / rank_one
        return scale * (force + along[..., None])

    normal = NormalMatrix(scale, rank_one, tables)
    alpha, beta = point.alpha, point.beta
    move = apply(point.mu / inside + (alpha[:, :, None] + beta[:, None]) - point.slope)
    after = point.q + move
    rest_a, rest_b = tables.a - after.sum(2), tables.b - after.sum(1)
    for _ in range(2):  # the first round solves, the second refines where rounding errors left the marginals
        more_a, more_b = normal.solve(rest_a, rest_b)
        correction = apply(more_a[:, :, None] + more_b[:, None])
        move, alpha, beta = move + correction, alpha + more_a, beta + more_b
        rest_a, rest_b = rest_a - correction.sum(2), rest_b - correction.sum(1)
        if max(np.abs(rest_a).max(), np.abs(rest_b).max()) < 1e-13:
            break
    return move, alpha, beta


def line_search(point: Point, move, inside, multiplier, path: Path):
    """Backtrack along ``move`` until the Lagrangian with barrier decreases enough (Armijo).

    With the new multipliers fixed, M(q) = sum q (log(q/q12) - alpha - beta) - mu sum log q is convex and ``move`` its
    Newton direction: a descent direction whatever the rounding errors in the marginals, which it is not for f alone.
    """
    mu = point.mu[:, 0, 0, 0]
    relative = move / inside
    length = path.reach / np.maximum(-relative.min((1, 2, 3)), path.reach)
    slack = point.slope - multiplier
    descent = np.einsum("bijy,bijy->b", slack, move) - mu * relative.sum((1, 2, 3))
    merit = np.einsum("bijy,bijy->b", slack, point.q) - mu * point.log_q.sum((1, 2, 3))
    for _ in range(40):
        q = point.q + length[:, None, None, None] * move
        log_q, slope = logarithms(q)
        slack = slope - multiplier
        now = np.einsum("bijy,bijy->b", slack, q) - mu * log_q.sum((1, 2, 3))
        fails = ~(now <= merit + 1e-4 * length * descent + 1e-15 * (1.0 + np.abs(merit)))
        if not fails.any():
            break
        length = np.where(fails, 0.5 * length, length)
    return q, log_q, slope, slack


class NormalMatrix:
    """A H^-1 A' for the marginal constraints A, factorised by blocks: Cholesky of the rows, a Schur complement."""

    def __init__(self, scale, rank_one, tables: Tables):
        size, n1, n2, ny = scale.shape
        weight = scale / np.sqrt(rank_one)[..., None]
        blocks = weight[..., :, None] * weight[..., None, :]
        np.einsum("bijyy->bijy", blocks)[...] += scale
        row_blocks, column_blocks = blocks.sum(2), blocks.sum(1)

        diagonal = np.einsum("biyy->biy", row_blocks)
        diagonal *= 1.0 + 1e-15
        diagonal += tables.a == 0  # an impossible value: its equation reads 0 = 0
        # An explicit inverse of the blocks, rather than of their factors, would cost six digits of the marginals.
        self.rows = np.linalg.inv(np.linalg.cholesky(row_blocks))
        cross = self.rows @ blocks.transpose(0, 1, 3, 2, 4).reshape(size, n1, ny, n2 * ny)
        self.cross = cross.reshape(size, n1 * ny, n2 * ny)

        schur = self.cross.transpose(0, 2, 1) @ self.cross  # one array and its transpose: half a product
        np.negative(schur, out=schur)
        np.einsum("bjyjz->bjyz", schur.reshape(size, n2, ny, n2, ny))[...] += column_blocks
        diagonal = np.einsum("bkk->bk", schur)
        diagonal += (tables.b == 0).reshape(size, -1)
        # alpha + c, beta - c per y is the same dual point: extra weight on one beta per y pins c and changes nothing
        # else. The far smaller one on all of them keeps the matrix positive where the subtraction cancelled.
        diagonal += (tables.anchor + 1e-14) * np.einsum("bjyy->bjy", column_blocks).reshape(size, -1)
        self.jacobi = 1.0 / np.sqrt(np.maximum(diagonal, np.finfo(float).tiny))
        self.schur = schur * self.jacobi[:, :, None] * self.jacobi[:, None, :]

    def solve(self, row_side, column_side):
        """The (alpha, beta) with A H^-1 A' (alpha, beta) = (row_side, column_side)."""
        half = self.rows @ row_side[..., None]
        rest = column_side.reshape(len(column_side), -1, 1) - self.cross.transpose(0, 2, 1) @ _column(half)
        beta = self.jacobi[..., None] * np.linalg.solve(self.schur, self.jacobi[..., None] * rest)
        alpha = self.rows.transpose(0, 1, 3, 2) @ (half - (self.cross @ beta).reshape(half.shape))
        return alpha[..., 0], beta.reshape(column_side.shape)


def _column(x):
    """(B, ...) as one column vector per table."""
    return x.reshape(len(x), -1, 1)
