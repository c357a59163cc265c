/* The best one-to-one matching of two clusterings' groups: the one under which most images stay (Kuhn 1955). */
ink.matching = (() => {
  const MOST = 4e8;  // steps at most: a second or two

  // For each row of `counts` (rows, columns) its column, or -1; null where there are too many groups.
  const match = (counts, rows, columns) => {
    if (rows > columns) {
      const turned = match(Float64Array.from(counts, (_, i) => counts[(i % rows) * columns + Math.floor(i / rows)]), columns, rows);
      if (!turned) return null;
      const found = new Int32Array(rows).fill(-1);
      turned.forEach((row, column) => { if (row >= 0) found[row] = column; });
      return found;
    }
    if (rows * rows * columns > MOST) return null;
    // Shortest augmenting paths: `given` is the row that has a column, prices keep reduced costs at 0 or above.
    const [rowPrice, price] = [new Float64Array(rows), new Float64Array(columns)];
    const given = new Int32Array(columns).fill(-1);
    for (let start = 0; start < rows; start++) {
      const least = new Float64Array(columns).fill(Infinity);
      const [from, seen] = [new Int32Array(columns).fill(-1), new Uint8Array(columns)];
      let [row, last] = [start, -1];
      while (row >= 0) {
        let [best, step] = [-1, Infinity];
        for (let c = 0; c < columns; c++) {
          if (seen[c]) continue;
          const cost = -counts[row * columns + c] - rowPrice[row] - price[c];
          if (cost < least[c]) { least[c] = cost; from[c] = last; }
          if (least[c] < step) [best, step] = [c, least[c]];
        }
        rowPrice[start] += step;
        for (let c = 0; c < columns; c++) {
          if (seen[c]) { rowPrice[given[c]] += step; price[c] -= step; } else least[c] -= step;
        }
        seen[best] = 1;
        last = best;
        row = given[best];
      }
      while (last >= 0) {
        const before = from[last];
        given[last] = before >= 0 ? given[before] : start;
        last = before;
      }
    }
    const found = new Int32Array(rows).fill(-1);
    given.forEach((row, column) => { if (row >= 0 && counts[row * columns + column]) found[row] = column; });
    return found;
  };
  return match;
})();
