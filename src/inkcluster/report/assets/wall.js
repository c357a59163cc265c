/* A wall of images: a list that keys and screen readers go through, filled as it comes into view. */
ink.wall = (() => {
  const PAGE = 200;
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      ink.draw(Number(target.dataset.row), target);
    }
  }, { rootMargin: "300px" });

  // Its group in the clustering on which the report opens.
  const group = async (row) => {
    const at = ink.known(await ink.column(ink.index.clusterings[0].column), row);
    return at === null ? "in no group" : `in group ${at}${ink.mostly(ink.index.clusterings[0], at)}`;
  };
  // What is said of an image under its picture and to a screen reader.
  const said = async (row) => {
    const [label, name] = [await ink.label(row), await ink.name(row)];
    const words = [`image ${row}`, name, label === null ? null : `label ${label}`, await group(row)];
    return words.filter((one) => one).join(", ");
  };

  const latest = new WeakMap();
  // Show the images `rows` in the list `into`; `chosen` is called with the row that is clicked. A list that
  // is asked to show others meanwhile shows these alone.
  const show = async (into, rows, chosen, start = 0) => {
    if (!start) {
      into.replaceChildren();
      latest.set(into, rows);
    }
    for (const row of rows.slice(start, start + PAGE)) {
      const [item, button, canvas] = ["li", "button", "canvas"].map((tag) => document.createElement(tag));
      button.type = "button";
      button.title = await said(row);
      if (latest.get(into) !== rows) return;
      button.setAttribute("aria-label", button.title);
      canvas.dataset.row = row;
      button.append(canvas);
      if (chosen) button.addEventListener("click", () => chosen(row, button));
      item.append(button);
      into.append(item);
      seen.observe(canvas);
    }
    if (start + PAGE >= rows.length || latest.get(into) !== rows) return;
    const [item, more] = ["li", "button"].map((tag) => document.createElement(tag));
    item.className = "more-images";
    more.type = "button";
    more.textContent = `Show ${Math.min(PAGE, rows.length - start - PAGE)} more of ${rows.length.toLocaleString("en")}`;
    more.addEventListener("click", () => { item.remove(); show(into, rows, chosen, start + PAGE); });
    item.append(more);
    into.append(item);
  };
  return { show, said };
})();
