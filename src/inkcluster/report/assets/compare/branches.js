/* The tree of pictures: a branch closes to one picture with its count, and opens again. */
(() => {
  const between = (low, value, high) => Math.min(Math.max(value, low), high);
  const { made } = ink.behind;

  const start = (frame) => {
    const svg = frame.querySelector("svg");
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
      numbers.forEach((i, at) => lines.push({ i, path: paths[at] }));
    }
    if (!nodes.length || nodes.some((node) => !node?.box)) return;
    for (const node of nodes) {
      node.x = node.box.x + node.box.width / 2;
      node.home = node.y = node.box.y + node.box.height / 2;
      node.count = node.parts.find((part) => part.id.endsWith("-count"))?.textContent.trim() ?? "";
      if (node.up !== null) nodes[node.up].below.push(node);
    }
    const root = nodes.find((node) => node.up === null);
    const merges = nodes.filter((node) => node.below.length);
    const leaves = nodes.filter((node) => !node.below.length);
    if (!root || !merges.length) return;
    const top = Math.min(...leaves.map((leaf) => leaf.home));
    const pitch = (Math.max(...leaves.map((leaf) => leaf.home)) - top) / (leaves.length - 1);
    const { height } = svg.viewBox.baseVal;
    const [wide, high] = [root.box.width * 1.06, Math.min(pitch * 0.99, root.box.height * 1.3)];

    // Open nodes from the top; a merge half way between its branches, or as near as pictures stay apart.
    const layout = () => {
      const [placed, order] = [[], []];
      const visit = (node, isOpen) => {
        node.isShown = isOpen;
        const inside = isOpen && !node.isClosed;
        for (const one of [...node.below].sort((a, b) => a.home - b.home)) visit(one, inside);
        if (isOpen) order.push(node);
      };
      visit(root, true);
      let row = 0;
      for (const node of order) if (!node.below.length || node.isClosed) { node.y = top + pitch * row++; placed.push(node); }
      for (const node of order.filter((one) => one.below.length && !one.isClosed).sort((a, b) => a.i - b.i)) {
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
    const draw = () => {
      const isWhole = !merges.some((node) => node.isClosed);
      const rows = layout();
      if (isWhole) for (const node of nodes) node.y = node.home;
      for (const node of nodes) {
        for (const part of node.parts) {
          part.style.display = node.isShown ? "" : "none";
          part.setAttribute("transform", `translate(0 ${(node.y - node.home).toFixed(2)})`);
        }
      }
      for (const { i, path } of lines) {
        const [node, up] = [nodes[i], nodes[nodes[i].up]];
        path.style.display = node.isShown ? "" : "none";
        path.setAttribute("d", `M${[node.x, node.y]}L${[up.x, node.y]}L${[up.x, up.y]}`);
      }
      for (const { node, button } of buttons) {
        button.style.display = node.isShown ? "" : "none";
        button.setAttribute("y", node.y - node.box.height / 2);
        button.setAttribute("aria-expanded", String(!node.isClosed));
        button.setAttribute("stroke", node.isClosed ? "var(--ic-ink)" : "none");
      }
      svg.dispatchEvent(new CustomEvent("drawn", { detail: { height: isWhole ? height : height - (leaves.length - rows) * pitch } }));
      all.disabled = isWhole;
    };
    const close = (node, isClosed) => { node.isClosed = isClosed; draw(); };

    const buttons = merges.sort((a, b) => a.home - b.home).map((node) => {
      const button = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const { x, y, width, height: tall } = node.box;
      const named = { x, y, width, height: tall, role: "button", tabindex: node === root ? 0 : -1, class: "branch", fill: "none", "stroke-width": 1.5, "aria-label": `Branch of ${node.count} images` };
      for (const [key, value] of Object.entries(named)) button.setAttribute(key, value);
      button.setAttribute("aria-expanded", "true");
      svg.append(button);
      return { node, button };
    });
    svg.setAttribute("role", "group");
    const focus = (to) => {
      for (const { button } of buttons) button.setAttribute("tabindex", button === to.button ? 0 : -1);
      to.button.focus();
    };
    svg.addEventListener("keydown", (event) => {
      const from = buttons.find(({ button }) => button === event.target);
      if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
      const shown = buttons.filter(({ node }) => node.isShown !== false).sort((a, b) => a.node.y - b.node.y);
      const of = (node) => shown.find((one) => one.node === node);
      const at = shown.indexOf(from);
      if (event.key === "Enter" || event.key === " ") close(from.node, !from.node.isClosed);
      else if (event.key === "ArrowUp") focus(shown[between(0, at - 1, shown.length - 1)]);
      else if (event.key === "ArrowDown") focus(shown[between(0, at + 1, shown.length - 1)]);
      else if (event.key === "ArrowLeft") focus(of(nodes[from.node.up]) ?? from);
      else if (event.key === "ArrowRight") focus(from.node.below.map(of).find((one) => one) ?? from);
      else return;
      event.preventDefault();
      event.stopPropagation();  // the frame moves by these keys
    });
    // The frame captures the pointer to drag, so a click is found by its place.
    let down = null;
    svg.addEventListener("pointerdown", (event) => { down = event; });
    svg.addEventListener("click", (event) => {
      if (down && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 5) return;
      const hit = buttons.find(({ node, button }) => {
        const box = button.getBoundingClientRect();
        return node.isShown !== false && event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      });
      if (hit) close(hit.node, !hit.node.isClosed);
    });

    const bar = made("p", "", { className: "pairs-bar" });
    const button = (words, run) => {
      const one = made("button", words, { type: "button" });
      one.addEventListener("click", run);
      bar.append(one);
      return one;
    };
    const cut = merges.filter((node) => node.isCut);
    if (cut.length) button("Close at the cut", () => { for (const node of merges) node.isClosed = node.isCut; draw(); });
    const all = button("Open all", () => { for (const node of merges) node.isClosed = false; draw(); });
    all.disabled = true;
    bar.append(made("span", "A click or Enter on a picture closes its branches or opens them; arrow keys go between pictures."));
    frame.parentElement.querySelector("figcaption").after(bar);
  };

  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      start(target);
    }
  });
  for (const frame of document.querySelectorAll("[data-zoom]")) seen.observe(frame);
})();
