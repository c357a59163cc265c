"""Walks over a spanning tree as Prim's algorithm does over all pairs, by a queue of rows."""

from __future__ import annotations

import heapq

import numpy as np

from inkcluster.kernels._arrays import F64, I64, Bools
from inkcluster.kernels._jit import kernel

MAX_WAITING = 8
"""Ties of a row up to which all wait in the queue at once, which is faster."""
Lists = tuple[I64, I64, I64]
"""Rows one list after the other, and where the list of each point begins and ends."""


@kernel()
def walk(  # noqa: PLR0912 (one loop over a queue)
    point: I64, is_first: Bools, core: F64, edges: Lists, length: F64, ties: Lists, back: Lists,
    members: Lists, start: I64, row: I64, height: F64,
) -> None:  # fmt: skip
    """Reach the nearest row, then the lowest, then from the earliest step, from row 0 on.

    Where it is not compiled, Python runs it, over lists and buffers.

    Parameters
    ----------
    point : (n,) int64, which point, of u, each row is; read
    is_first : (n,) bool, whether a row is the first that is its point; read
    core : (n,) float64, core distances; read
    edges, length : first rows at the other end of each edge of a point, and the edge's weight; read
    ties : first rows within each point's core distance, ascending; read
    back : first rows tied to each point by their own core distance, the nearest first; read
    members : the other rows of each point, ascending; read
    start, row, height : (n - 1,), where a step starts, what it reaches, how far; written
    """
    n = len(point)
    reached = [False for _ in range(n)]
    waiting = [(0.0, 0, 0, 0, 0) for _ in range(0)]  # height, row, step, start, turn
    # of many ties the first waits, or all ties of all rows would fill the queue
    turns = [(0, 0, 0.0, 0, 0) for _ in range(0)]  # list, its end, least, step, start
    nexts = [0 for _ in range(0)]
    due = [0 for _ in range(0)]
    here = since = begun = 0
    far = np.inf
    reached[0] = True
    for step in range(n - 1):
        if is_first[here]:
            p, own = point[here], core[here]
            for e in range(edges[1][p], edges[2][p]):
                if not reached[edges[0][e]]:
                    heapq.heappush(waiting, (length[e], edges[0][e], step, here, -1))
            if ties[2][p] - ties[1][p] > MAX_WAITING:
                due.append(len(turns))
                turns.append((0, ties[2][p], own, step, here))
                nexts.append(ties[1][p])
            else:
                for e in range(ties[1][p], ties[2][p]):
                    if not reached[ties[0][e]]:
                        heapq.heappush(waiting, (own, ties[0][e], step, here, -1))
            if back[1][p] < back[2][p]:
                due.append(len(turns))
                turns.append((1, back[2][p], own, step, here))
                nexts.append(back[1][p])
            if members[1][p] < members[2][p]:  # as near to what reached this row, or from here
                due.append(len(turns))
                as_near = far == own
                turns.append(
                    (2, members[2][p], own, since if as_near else step, begun if as_near else here)
                )
                nexts.append(members[1][p])
        while True:
            while due:
                turn = due.pop()
                which, end, least, since, begun = turns[turn]
                rows = ties[0] if which == 0 else back[0] if which == 1 else members[0]
                e = nexts[turn]
                while e < end and reached[rows[e]]:
                    e += 1
                if e < end:
                    heapq.heappush(
                        waiting, (max(least, core[rows[e]]), rows[e], since, begun, turn)
                    )
                nexts[turn] = e + 1
            far, here, since, begun, turn = heapq.heappop(waiting)
            if turn >= 0:
                due.append(turn)
            if not reached[here]:
                break
        reached[here] = True
        start[step], row[step], height[step] = begun, here, far
