/* Still pictures of images become walls as they come into view: each image can be clicked. */
(() => {
  if (!ink.index?.sheets) return;
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      const rows = target.dataset.rows.split(" ").map(Number);
      const list = document.createElement("ul");
      list.className = "wall-list";
      list.setAttribute("aria-label", target.alt);
      ink.wall.show(list, rows, (row) => ink.large(row, rows)).then(() => target.replaceWith(list));
    }
  }, { rootMargin: "100px" });
  for (const still of document.querySelectorAll("img[data-rows]")) seen.observe(still);
})();
