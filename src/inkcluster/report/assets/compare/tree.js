/* Trees in figures: a branch closes and opens again, by click or key; the drawing says how it then looks. */
ink.tree = (() => {
  const { made } = ink.behind;
  const between = (low, value, high) => Math.min(Math.max(value, low), high);
  const KEYS = {
    down: { ArrowUp: "up", ArrowDown: "below", ArrowLeft: "before", ArrowRight: "after" },  // the root on top
    right: { ArrowLeft: "up", ArrowRight: "below", ArrowUp: "before", ArrowDown: "after" },  // the root at the left
  };

  // Let the branches of one tree of `svg` close. Of `nodes`, each has `up`, its parent or null, `below`, its
  // children among them, and its `area`, where a click means it, which `draw` may change. Those with `count`, the number of
  // their images, and `isBranch` can be closed. `grows` is down or right.
  const make = (svg, nodes, grows, draw, name = "") => {
    const [keys, along] = [KEYS[grows], grows === "down" ? "x" : "y"];
    const root = nodes.find((node) => node.up === null);
    const merges = nodes.filter((node) => node.isBranch);
    const middle = ({ area }) => area[along] + (along === "x" ? area.width : area.height) / 2;
    const buttons = new Map(merges.map((node) => {
      const button = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      title.textContent = `${name && `${name}: `}branch of ${node.count} images`;
      button.append(title);
      const named = { role: "button", tabindex: node === root ? 0 : -1, class: "branch", fill: "none", "stroke-width": 1.5, "aria-label": title.textContent };
      for (const [key, value] of Object.entries(named)) button.setAttribute(key, value);
      svg.append(button);
      return [node, button];
    }));
    svg.setAttribute("role", "group");

    const visit = (node, isShown) => {
      node.isShown = isShown;
      for (const one of node.below) visit(one, isShown && !node.isClosed);
    };
    const place = () => {
      for (const [node, button] of buttons) {
        button.style.display = node.isShown ? "" : "none";
        for (const [key, value] of Object.entries(node.area)) button.setAttribute(key, value);
        button.setAttribute("aria-expanded", String(!node.isClosed));
      }
    };
    const tree = {
      merges,
      close(isClosed) {
        for (const node of merges) node.isClosed = isClosed(node);
        visit(root, true);
        draw();
        place();
        tree.changed();
      },
      changed() {},
    };
    const turn = (node) => tree.close((one) => (one === node ? !node.isClosed : one.isClosed));

    svg.addEventListener("keydown", (event) => {
      const from = merges.find((node) => buttons.get(node) === event.target);
      if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
      const shown = merges.filter((node) => node.isShown).sort((a, b) => middle(a) - middle(b));
      const beside = (by) => shown[between(0, shown.indexOf(from) + by, shown.length - 1)];
      const way = keys[event.key];
      const to = way === "up" ? from.up : way === "below" ? from.below.find((one) => shown.includes(one))
        : way === "before" ? beside(-1) : way === "after" ? beside(1) : null;
      if (event.key === "Enter" || event.key === " ") turn(from);
      else if (!way) return;
      if (to) {
        for (const [node, button] of buttons) button.setAttribute("tabindex", node === to ? 0 : -1);
        buttons.get(to).focus();
      }
      event.preventDefault();
      event.stopPropagation();  // the frame moves by these keys
    });
    // A frame that is dragged captures the pointer, so what is clicked is found by its place: the smallest branch.
    let down = null;
    svg.addEventListener("pointerdown", (event) => { down = event; });
    svg.addEventListener("click", (event) => {
      if (down && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 5) return;
      const size = ({ area }) => area.width * area.height;
      const [hit] = merges.filter((node) => {
        const box = buttons.get(node).getBoundingClientRect();
        return node.isShown && event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      }).sort((a, b) => size(a) - size(b));
      if (hit) turn(hit);
    });
    visit(root, true);
    place();
    return tree;
  };

  // What closes and opens all `trees` of a figure at once, under its caption.
  const bar = (figure, trees, what) => {
    const box = made("p", "", { className: "pairs-bar" });
    const button = (words, isClosed) => {
      const one = made("button", words, { type: "button" });
      one.addEventListener("click", () => { for (const tree of trees) tree.close(isClosed); });
      box.append(one);
      return one;
    };
    const merges = trees.flatMap((tree) => tree.merges);
    if (merges.some((node) => node.isCut)) button("Close at the cut", (node) => Boolean(node.isCut));
    const all = button("Open all", () => false);
    const changed = () => { all.disabled = !merges.some((node) => node.isClosed); };
    for (const tree of trees) tree.changed = changed;
    changed();
    box.append(made("span", what));
    figure.querySelector("figcaption").after(box);
  };

  // Begin each tree when it comes into view: `start(figure, svg)` for each figure with such a part.
  const each = (part, start) => {
    const seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        start(target.closest("figure"), target);
      }
    });
    for (const svg of document.querySelectorAll("figure svg.ic-svg")) if (svg.querySelector(part)) seen.observe(svg);
  };
  return { make, bar, each };
})();
