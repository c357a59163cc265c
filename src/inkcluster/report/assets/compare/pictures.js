/* The tree of pictures: a closed branch is one picture with its count, and the others move together. */
ink.tree.each("[id*='-node-']", (figure, svg) => {
  const nodes = [];
  for (const part of svg.querySelectorAll("[id*='-node-']")) {
    const [, i, parent, cut] = part.id.match(/-node-(\d+)-(?:of-(\d+|none))?(-cut)?/);
    const node = (nodes[i] ??= { i: Number(i), parts: [], below: [] });
    node.parts.push(part);
    if (parent === undefined) continue;
    Object.assign(node, { up: parent === "none" ? null : Number(parent), isCut: Boolean(cut), box: part.getBBox() });
  }
  const lines = [];
  for (const group of svg.querySelectorAll("[id*='-branches-'],[id*='-hollow-']")) {
    const numbers = group.id.match(/-(?:branches|hollow)-([\d-]+)$/)[1].split("-").map(Number);
    const paths = group.querySelectorAll("path");
    if (paths.length !== numbers.length) return;  // another drawing than this script knows
    numbers.forEach((i, at) => lines.push({ node: nodes[i], path: paths[at] }));
  }
  if (!nodes.length || nodes.some((node) => !node?.box)) return;
  for (const node of nodes) {
    node.x = node.box.x + node.box.width / 2;
    node.home = node.y = node.box.y + node.box.height / 2;
    const { x, y, width, height } = node.box;
    node.area = { x, y, width, height };
    node.count = node.parts.find((part) => part.id.endsWith("-count"))?.textContent.trim() ?? "";
    node.up = node.up === null ? null : nodes[node.up];
    if (node.up) Object.assign(node.up, { isBranch: true }).below.push(node);
  }
  for (const node of nodes) node.below.sort((a, b) => a.home - b.home);
  const root = nodes.find((node) => node.up === null);
  const leaves = nodes.filter((node) => !node.isBranch);
  if (!root || leaves.length === nodes.length) return;
  const top = Math.min(...leaves.map((leaf) => leaf.home));
  const pitch = (Math.max(...leaves.map((leaf) => leaf.home)) - top) / (leaves.length - 1);
  const { height } = svg.viewBox.baseVal;
  const [wide, high] = [root.box.width * 1.06, Math.min(pitch * 0.99, root.box.height * 1.3)];

  // Open nodes from the top; a merge half way between its branches, or as near as pictures stay apart.
  const layout = () => {
    const [placed, order] = [[], []];
    const visit = (node) => { node.below.forEach(visit); if (node.isShown) order.push(node); };
    visit(root);
    let row = 0;
    for (const node of order) if (!node.isBranch || node.isClosed) { node.y = top + pitch * row++; placed.push(node); }
    for (const node of order.filter((one) => one.isBranch && !one.isClosed).sort((a, b) => a.i - b.i)) {
      const ys = node.below.map((one) => one.y);
      const [low, far] = [Math.min(...ys), Math.max(...ys)];
      const near = placed.filter((one) => Math.abs(one.x - node.x) < wide);
      const free = (y) => near.every((one) => Math.abs(one.y - y) >= high);
      node.y = (low + far) / 2;
      for (let off = 0; off <= (far - low) / 2; off += pitch / 10) {
        const at = [node.y + off, node.y - off].find(free);
        if (at !== undefined) { node.y = at; break; }
      }
      placed.push(node);
    }
    return row;
  };
  const tree = ink.tree.make(svg, [...nodes].sort((a, b) => a.home - b.home), "right", () => {
    const isWhole = !nodes.some((node) => node.isClosed);
    const rows = layout();
    for (const node of nodes) {
      if (isWhole) node.y = node.home;
      node.area.y = node.y - node.box.height / 2;
      for (const part of node.parts) {
        part.style.display = node.isShown ? "" : "none";
        part.setAttribute("transform", `translate(0 ${(node.y - node.home).toFixed(2)})`);
      }
    }
    for (const { node, path } of lines) {
      path.style.display = node.isShown ? "" : "none";
      path.setAttribute("d", `M${[node.x, node.y]}L${[node.up.x, node.y]}L${[node.up.x, node.up.y]}`);
    }
    svg.dispatchEvent(new CustomEvent("drawn", { detail: { height: isWhole ? height : height - (leaves.length - rows) * pitch } }));
  });
  ink.tree.bar(figure, [tree], "A click or Enter on a picture closes or opens its branches; arrow keys go between pictures.");
});
