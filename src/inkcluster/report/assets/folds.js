/* A link into a closed question opens it; the group whose card is open is marked in the strip. */
(() => {
  const named = () => {
    try { return document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return null; }
  };
  const follow = () => {
    const target = named();
    for (const tile of document.querySelectorAll(".tile[aria-current]")) tile.removeAttribute("aria-current");
    if (!target) return;
    document.querySelector(`.tile[href="#${CSS.escape(target.id)}"]`)?.setAttribute("aria-current", "true");
    const own = target.matches("section") ? target.querySelector(":scope > details.fold") : target.closest("details");
    let opened = false;
    for (let fold = own; fold; fold = fold.parentElement.closest("details")) {
      opened ||= !fold.open;
      fold.open = true;
    }
    if (opened) target.scrollIntoView();
    if (target.matches(".card")) target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", follow);
  // A second click on the link that is already followed opens what was closed meanwhile.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.hash === location.hash) follow();
  });
  follow();
})();
