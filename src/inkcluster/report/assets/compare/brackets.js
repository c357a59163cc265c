/* Dendrograms of brackets: a closed branch is a triangle over its leaves, with the number of its images below. */
ink.tree.each("[id*='-links-']", (figure, svg) => {
  const panels = new Map();
  for (const group of svg.querySelectorAll("[id*='-links-']")) {
    const [, panel, cluster, list] = group.id.match(/-links-(\d+)-(none|\d+)-([\w.-]+)$/);
    const [links, paths] = [list.split("-"), group.querySelectorAll("path")];
    if (links.length !== paths.length) return;  // another drawing than this script knows
    if (!panels.has(panel)) panels.set(panel, []);
    links.forEach((link, at) => {
      const [i, up, first, last, members] = link.split(".").map((one) => (one === "none" ? null : Number(one)));
      const path = paths[at];
      panels.get(panel)[i] = { i, up, first, last, cluster, path, below: [], isBranch: true, open: path.getAttribute("d"), box: path.getBBox(), count: members.toLocaleString("en") };
    });
  }
  const started = (nodes, panel) => {
    for (const node of nodes) {
      node.up = node.up === null ? null : nodes[node.up];
      node.up?.below.push(node);
      node.isCut = node.cluster !== "none" && node.up?.cluster === "none";
    }
    const right = (node) => node.box.x + node.box.width;
    const [from, to] = [Math.min(...nodes.map((node) => node.box.x)), Math.max(...nodes.map(right))];
    const foot = Math.max(...nodes.map((node) => node.box.y + node.box.height));
    const pitch = (to - from) / Math.max(...nodes.map((node) => node.last));  // from leaf to leaf
    const place = (leaf) => from + leaf * pitch;
    for (const node of nodes) {  // those below come first
      node.top = Math.min(node.box.y, ...node.below.map((one) => one.top));
      const [x, y] = [place(node.first) - pitch * 0.3, node.top - 2];
      node.area = { x, y, width: (node.last - node.first + 0.6) * pitch, height: foot - y };
    }
    const leaves = [...svg.querySelectorAll(`[id*='-leaf-${panel}-']`)].map((element) =>
      ({ element, leaf: Number(element.id.match(/-leaf-\d+-(\d+)-\w+$/)[1]) }));
    const counts = new Map();
    const count = (node) => {
      const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      const style = { x: (place(node.first) + place(node.last)) / 2, y: foot + 7.5, "text-anchor": "middle", "font-size": 6.5, fill: "var(--ic-muted)" };
      for (const [key, value] of Object.entries(style)) text.setAttribute(key, value);
      text.textContent = node.count;
      svg.append(text);
      if (text.getBBox().width > (node.last - node.first + 1) * pitch) text.remove();  // it would cover its neighbours'
      return text;
    };
    return ink.tree.make(svg, nodes, "down", () => {
      const closed = nodes.filter((node) => node.isShown && node.isClosed);
      for (const node of nodes) {
        const isClosed = closed.includes(node);
        const tip = `${node.box.x + node.box.width / 2} ${node.box.y}`;
        node.path.style.display = node.isShown ? "" : "none";
        node.path.setAttribute("d", isClosed ? `M${tip}L${place(node.first)} ${foot}H${place(node.last)}Z` : node.open);
        node.path.style.fill = isClosed ? "var(--ic-tile)" : "none";
        if (isClosed && !counts.has(node)) counts.set(node, count(node));
      }
      for (const [node, text] of counts) text.style.display = closed.includes(node) ? "" : "none";
      for (const { element, leaf } of leaves) {
        element.style.display = closed.some(({ first, last }) => first <= leaf && leaf <= last) ? "none" : "";
      }
    }, svg.querySelector(`[id$='-panel-${panel}']`)?.textContent.trim());
  };
  const trees = [...panels].filter(([, nodes]) => nodes.length).map(([panel, nodes]) => started(nodes, panel));
  if (trees.length) ink.tree.bar(figure, trees, "A click or Enter on a branch closes or opens it; arrow keys go between branches.");
});
