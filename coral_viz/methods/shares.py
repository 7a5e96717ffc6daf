"""How the width of a whole embedding is divided among its parts."""

from __future__ import annotations

from collections.abc import Sequence


def share_out(width: int | None, usual: Sequence[int]) -> list[int]:
    """The widths of the parts: ``usual`` if ``width`` is None, else ``width`` numbers in the same proportions.

    Shares are rounded by the largest remainders. Equal parts differ by at most 1, the first ones being wider.
    ValueError if there are more parts than numbers.
    """
    if width is None:
        return list(usual)
    if width < len(usual):
        raise ValueError(
            f"width = {width} cannot be shared out among {len(usual)} parts; ask for {len(usual)} or more."
        )
    free, whole = width - len(usual), sum(usual)  # each part has a number of its own
    exact = [width * part / whole for part in usual]
    if min(exact) < 1:
        exact = [1 + free * part / whole for part in usual]
    shares = [int(share) for share in exact]
    wanting = sorted(range(len(usual)), key=lambda i: (shares[i] - exact[i], i))
    for i in wanting[: width - sum(shares)]:
        shares[i] += 1
    return shares


def of_tokens(width: int | None, usual: Sequence[int], dim: int) -> list[int]:
    """``share_out`` for parts that are linear in a token of ``dim`` numbers; ValueError for a part wider than that."""
    shares = share_out(width, usual)
    if width is not None and max(shares) > dim:
        raise ValueError(
            f"width = {width} gives a part of the embedding {max(shares)} numbers, but its tokens have dim = {dim}; "
            f"ask for dim = {max(shares)} or more, or for a smaller width."
        )
    return shares
