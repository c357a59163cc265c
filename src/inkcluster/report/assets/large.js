/* One image, large, with what is known of it; arrow keys go through the images around it. */
ink.large = (() => {
  let box = null;
  let [rows, at] = [[], 0];
  const made = (tag, words) => {
    const element = document.createElement(tag);
    if (words) element.textContent = words;
    return element;
  };
  const button = (words, run) => {
    const found = made("button", words);
    found.type = "button";
    found.addEventListener("click", run);
    return found;
  };
  const fill = async () => {
    const row = rows[at];
    await ink.draw(row, box.querySelector("canvas"));
    const words = await ink.wall.said(row);
    if (rows[at] === row) box.querySelector("p").textContent = words[0].toUpperCase() + words.slice(1);
  };
  const step = (by) => { at = (at + by + rows.length) % rows.length; fill(); };
  const make = () => {
    box = made("dialog");
    box.className = "large";
    box.setAttribute("aria-label", "One image");
    const [plate, menu, said] = [made("div"), made("menu"), made("p")];
    plate.className = "plate-of";
    plate.append(made("canvas"));
    said.setAttribute("aria-live", "polite");
    const choices = [button("Previous", () => step(-1)), button("Next", () => step(1))];
    if (ink.explore && ink.map) choices.push(button("Show on the map", () => {
      box.close();
      ink.explore.image(rows[at]);
      document.getElementById("explorer").scrollIntoView({ block: "nearest" });
    }));
    choices.push(button("Close", () => box.close()));
    for (const choice of choices) { const item = made("li"); item.append(choice); menu.append(item); }
    box.append(plate, said, menu);
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") step(-1);
      else if (event.key === "ArrowRight") step(1);
    });
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    document.body.append(box);
  };
  // Show the image `row` among `around`.
  return (row, around = [row]) => {
    if (!box) make();
    [rows, at] = [around, around.indexOf(row)];
    fill();
    if (!box.open) box.showModal();
  };
})();
