/* All images of a group, selected from its card: shown as a wall, counted, saved. */
(() => {
  if (!ink.index || !ink.explore) return;
  const [opening] = ink.index.clusterings;
  const members = async (number) => {
    const values = await ink.column(opening.column);
    return [...values.keys()].filter((row) => ink.known(values, row) === number);
  };
  for (const card of document.querySelectorAll(".card")) {
    const number = Number(card.dataset.number);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "choose";
    button.textContent = "Select its images";
    button.addEventListener("click", async () => ink.explore.select(await members(number), `group ${number}${ink.mostly(opening, number)}`));
    card.querySelector(".about").append(button);
  }
})();
