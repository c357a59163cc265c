"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

  const button = document.getElementById("theme");
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  dark.addEventListener("change", name);
  name();
  button.hidden = false;

  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details:not([open])")) {
      folded.open = true;
      folded.dataset.opened = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const opened of document.querySelectorAll("details[data-opened]")) {
      opened.open = false;
      delete opened.dataset.opened;
    }
  });

  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
  const watch = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      const link = links.get(target.id);
      if (!link || !isIntersecting) continue;
      for (const other of links.values()) other.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const id of links.keys()) watch.observe(document.getElementById(id));

  const standalone = (figure) => {
    const svg = figure.querySelector("svg").cloneNode(true);
    const style = getComputedStyle(root);
    svg.setAttribute("viewBox", svg.dataset.home ?? svg.getAttribute("viewBox"));  // all of it, however near
    const box = svg.viewBox.baseVal;
    svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    svg.setAttribute("width", box.width);
    svg.setAttribute("height", box.height);
    const inside = svg.innerHTML;
    const turn = style.getPropertyValue("--ic-invert").trim();
    const paper = style.getPropertyValue("--ic-paper").trim();
    svg.innerHTML = `<style>.ic-ink{filter:${turn}}</style><rect width="100%" height="100%" fill="${paper}"/>${inside}`;
    return new XMLSerializer().serializeToString(svg)
      .replace(/var\((--ic-[\w-]+)[^()]*\)/g, (all, key) => style.getPropertyValue(key).trim().replace(/"/g, "'") || all);
  };
  const save = (url, filename) => {
    const link = document.createElement("a");
    link.href = url;
    link.download = filename;
    link.click();
  };
  const picture = (text, filename) => {
    const source = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    if (filename.endsWith(".svg")) { save(source, filename); return; }
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth * 3;
      canvas.height = image.naturalHeight * 3;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(URL.createObjectURL(blob), filename), "image/png");
    };
    image.src = "data:image/svg+xml;base64," + btoa(unescape(encodeURIComponent(text)));
  };
  for (const ask of document.querySelectorAll("button[data-picture]")) {
    ask.hidden = false;
    ask.addEventListener("click", () => {
      picture(standalone(ask.closest("figure")), `${ask.dataset.name}.${ask.dataset.picture}`);
    });
  }
})();
