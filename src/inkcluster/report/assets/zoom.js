(() => {
  const MOST = 16;
  const between = (low, value, high) => Math.min(Math.max(value, low), high);

  for (const frame of document.querySelectorAll("[data-zoom]")) {
    const svg = frame.querySelector("svg");
    const tools = frame.parentElement.querySelector(".zoom");
    const { x, y, width, height } = svg.viewBox.baseVal;
    const home = { x, y, width, height };
    let view = { ...home };
    let drawn = height;
    svg.dataset.home = svg.getAttribute("viewBox");
    frame.classList.add("zooms");
    tools.hidden = false;

    const show = () => {
      svg.setAttribute("viewBox", [view.x, view.y, view.width, view.height].map((v) => +v.toFixed(3)).join(" "));
      const near = view.width < home.width * 0.999;
      frame.classList.toggle("near", near);
      tools.querySelector("[data-zoom-by='0']").disabled = !near;
    };
    const place = (at) => {
      view.x = between(home.x, at.x, home.x + home.width - view.width);
      view.y = between(home.y, at.y, home.y + home.height - view.height);
      show();
    };
    const reset = () => { home.height = drawn; view = { ...home }; show(); };
    // The part of the picture under a point of the window stays there.
    const zoom = (by, left, top) => {
      const box = svg.getBoundingClientRect();
      const [across, down] = [(left - box.left) / box.width, (top - box.top) / box.height];
      const fixed = { x: view.x + across * view.width, y: view.y + down * view.height };
      view.width = between(home.width / MOST, view.width / by, home.width);
      view.height = view.width * home.height / home.width;
      place({ x: fixed.x - across * view.width, y: fixed.y - down * view.height });
    };
    const move = (right, down) => {
      const box = svg.getBoundingClientRect();
      place({ x: view.x - right * view.width / box.width, y: view.y - down * view.height / box.height });
    };
    const zoomMiddle = (by) => {
      const box = svg.getBoundingClientRect();
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      zoom(by, (box.left + box.right) / 2, top < bottom ? (top + bottom) / 2 : (box.top + box.bottom) / 2);
    };

    for (const button of tools.querySelectorAll("button")) {
      const by = Number(button.dataset.zoomBy);
      button.addEventListener("click", () => (by ? zoomMiddle(by) : reset()));
    }
    frame.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const near = frame.classList.contains("near");
      const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
      if (event.key === "+" || event.key === "=") zoomMiddle(1.5);
      else if (event.key === "-") zoomMiddle(1 / 1.5);
      else if (event.key === "0" || event.key === "Escape") reset();
      else if (near && event.key in steps) move(...steps[event.key]);
      else return;
      event.preventDefault();
    });
    // Without a key the wheel goes on scrolling the page, unless the picture was clicked.
    frame.addEventListener("wheel", (event) => {
      const asked = event.ctrlKey || event.metaKey || document.activeElement === frame;
      const away = event.deltaY > 0 && !frame.classList.contains("near");
      if (!asked || (away && !event.ctrlKey)) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoom(Math.exp(-between(-120, event.deltaY * lines, 120) / (event.ctrlKey ? 100 : 300)), event.clientX, event.clientY);
    }, { passive: false });
    svg.addEventListener("dblclick", (event) => zoom(2, event.clientX, event.clientY));

    const down = new Map();
    const middle = () => {
      const [a, b] = [...down.values()];
      return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) || 1 };
    };
    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (event.pointerType === "mouse" || down.size > 1) svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      const last = down.get(event.pointerId);
      if (!last) return;
      const now = { x: event.clientX, y: event.clientY };
      if (down.size === 2) {
        const before = middle();
        down.set(event.pointerId, now);
        const after = middle();
        zoom(after.apart / before.apart, before.x, before.y);
        move(after.x - before.x, after.y - before.y);
        return;
      }
      down.set(event.pointerId, now);
      if (frame.classList.contains("near")) move(now.x - last.x, now.y - last.y);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      svg.addEventListener(end, (event) => down.delete(event.pointerId));
    }
    // Two fingers are for the picture: the page must not scroll away under them.
    svg.addEventListener("touchmove", (event) => { if (event.touches.length > 1) event.preventDefault(); }, { passive: false });

    // The drawing has become shorter or longer; who looks at a part of it goes on seeing that part.
    svg.addEventListener("drawn", (event) => {
      drawn = event.detail.height;
      svg.dataset.home = [x, y, width, drawn].join(" ");
      if (!frame.classList.contains("near")) reset();
    });

    let seen = null;
    addEventListener("beforeprint", () => { seen = view; reset(); });
    addEventListener("afterprint", () => { if (seen) { view = seen; seen = null; show(); } });
    show();
  }
})();
