"""Each control of the page is used once: found in the page itself, so that a new one cannot be forgotten."""

import pytest
from tests.report.conftest import HOSTILE, ODD

from inkcluster import report
from inkcluster.figures.drawing.theme import COLOURS

pytestmark = pytest.mark.browser

MOST = 300
"""Controls of different kinds that a page may have."""

PLACES = (
    ".kicker",
    ".card h3",
    ".tile",
    ".legend button",
    ".explorer-image dd",
    ".selection .wall-list button",
    ".card .wall-list button",
    ".wall .wall-list button",
    ".pairs-grid th",
    ".behind :is(h3, h4)",
    ".behind .wall-list button",
    "dialog.large p",
)
"""Where somebody's words stand."""
SAID = """(places) => places.map((at) => [at, [...document.querySelectorAll(at)]
  .map((one) => `${one.textContent} ${one.title} ${one.ariaLabel}`).join(" ")])"""

WATCH = """
(() => {
  const KINDS = "button,input,select,summary,a[href],[role=button],[tabindex='0'],.ic-svg [id*='-cells-'] > path,canvas";
  const LAST = /^(Clear|Show all|Open all|Light|Dark)/;  // they take others away
  const OUT = "[data-zoom-by='0'],[data-zoom-by='0.625'],[data-zoom-map='0'],[data-zoom-map='0.625']";
  const [seen, kinds] = [new Map(), new WeakMap()];  // kinds of control: whether used, and when first visible
  let [step, effects, shown] = [0, 0, null];
  const words = (element) => {
    if (element.matches("summary")) return element.textContent;
    if (element.matches("thead button,.tile,.card a,[role=group]")) return "";
    const text = (element.closest("label")?.firstChild ?? element).textContent.trim() || element.ariaLabel || "";
    return text.length < 40 && !/\\d/.test(text) ? text : "";
  };
  // Controls of one kind do one thing: the images of a wall, the numbers of tables, the headings that sort.
  const named = (element) => {
    const own = ["data-explore", "data-pair", "data-map-mode", "data-zoom-by", "data-zoom-map", "data-picture", "id"]
      .map((name) => element.getAttribute(name)).find((one) => one !== null);
    const around = element.closest(".behind,.selection,.card,.wall,dialog")
      ?? element.parentElement.closest("[class]:not(.plate-of,details,.scroll,.ic-scroll,svg)") ?? document.body;
    const name = (one) => `${one.localName}.${(one.getAttribute("class") ?? "").split(" ")[0]}`;
    return [name(around), name(element), own ?? words(element)].join(" ");
  };
  const kind = (element) => {
    if (!kinds.has(element)) kinds.set(element, named(element));
    return kinds.get(element);
  };
  const controls = () => [...(document.querySelector("dialog[open]") ?? document).querySelectorAll(KINDS)]
    .filter((one) => !one.closest("#still-map"))  // where the live map is not
    .filter((one) => one.localName !== "canvas" || !one.parentElement.closest("button,[data-map],a,.explorer-image,.large"));
  const waits = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  // A control of a kind that was not used yet, those that have just appeared first, and where it is.
  window.next = async (byKey) => {
    await waits(5);  // what was used last may still move the focus
    const todo = new Map();
    step++;
    for (const one of controls()) {
      const its = kind(one);
      if (!seen.has(its)) seen.set(its, { used: false, since: 0 });
      const known = seen.get(its);
      if (known.used || todo.has(its) || one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
      // A table beside it does by keys what a figure does, and a link is for keys that only they can see.
      if (one.matches(byKey ? "path" : ".skip")) { known.used = true; continue; }
      known.since ||= step;
      todo.set(its, one);
    }
    const rank = ([its, one]) => [one.matches(OUT) ? 2 : LAST.test(one.textContent.trim()) ? 1 : 0, -seen.get(its).since];
    const [first] = [...todo].sort((a, b) => rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1]);
    const dialog = document.querySelector("dialog[open]");
    if (!first && dialog) { dialog.close(); return next(byKey); }
    const closed = [...document.querySelectorAll("main details:not([open])")];
    if (!first && closed.length) { for (const one of closed) one.open = true; return next(byKey); }
    if (!first) return null;
    const [its, element] = first;
    seen.get(its).used = true;
    if (element.matches(OUT)) element.parentElement.querySelector("button").click();  // so that there is a way back
    if (element.matches("summary")) element.parentElement.open = false;
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    let [box] = element.getClientRects();
    for (let still = 0, frames = 0; still < 1 && frames < 30; frames++) {  // pictures above may still be coming
      await new Promise(requestAnimationFrame);
      const [now] = element.getClientRects();
      still = now.top === box.top && now.left === box.left ? still + 1 : 0;
      box = now;
    }
    if (byKey) element.focus({ preventScroll: true });
    const place = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    if (element.matches("path")) Object.assign(place, { x: box.x + 12, y: box.y + 12 });
    effects = 0;
    return {
      kind: its, ...place, name: element.localName,
      focused: document.activeElement === element,
      reached: element.tabIndex === 0 || Boolean(element.closest("table,svg").querySelector("[tabindex='0']")),
      last: rank(first)[0] > 0,
      stop: element.matches("[role=group],[role=application]"),
      takes: element.matches("[download],[data-picture],[data-explore=save]"),
    };
  };
  // Whether the page has changed since `next`, or does so within half a second.
  window.changed = async () => {
    if (!effects) await Promise.race([new Promise((done) => { shown = done; }), waits(500)]);
    return effects > 0;
  };
  window.leave = (its) => { seen.get(its).used = false; };
  window.unused = () => [...seen].filter(([, { used }]) => !used).map(([its]) => its);
  const noted = () => { effects++; shown?.(); };
  new MutationObserver(noted).observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
  for (const type of ["scroll", "hashchange", "change"]) addEventListener(type, noted, true);
  addEventListener("focusin", ({ target }) => { if (target.matches("[role=group],[role=application]")) noted(); });
})();
"""


@pytest.mark.parametrize(
    ("width", "scheme", "by_key"),
    [(1280, "light", False), (390, "dark", True)],
)
def test_every_control_is_used(browser, whole, width, scheme, by_key):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    path = report.write(whole[0])
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    complaints = []
    page.on("console", lambda m: complaints.append(m.text))
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("dialog", lambda d: (complaints.append(d.message), d.dismiss()))
    page.on("request", lambda r: complaints.append(r.url))
    page.goto(path.as_uri())
    page.wait_for_selector("#explorer[data-ready]")
    complaints.remove(path.as_uri())
    page.evaluate(WATCH)
    used, is_judged = [], False
    while at := page.evaluate("(byKey) => next(byKey)", by_key):
        if at["last"] and not is_judged:
            # now all is open at once: a selection, a comparison, groups of a setting, closed branches
            is_judged = True
            page.locator("#table-shape-classes button.cell").first.evaluate("(one) => one.click()")
            page.locator("#table-shape-classes .behind .wall-list button").first.wait_for()
            for theme in ({"light", "dark"} - {scheme}, {scheme}):
                page.emulate_media(color_scheme=theme.pop())
                found = axe.run(page).response["violations"]
                assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
            words = page.locator("body").text_content()
            assert all(word in words for word in (*HOSTILE, *ODD))
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for place, text in page.evaluate(SAID, PLACES):
                assert any(word[:20] in text for word in (*HOSTILE, *ODD)), place
            page.evaluate("(its) => leave(its)", at["kind"])
            continue
        used.append(at["kind"])
        assert len(used) < MOST
        if at["takes"]:
            with page.expect_download():
                use(page, at, by_key=by_key)
            continue
        use(page, at, by_key=by_key)
        assert at["stop"] or page.evaluate("changed()"), at
    assert page.evaluate("unused()") == []
    assert len(used) > 60
    assert is_judged
    # what is printed is light, whatever the theme and what was opened, and has no controls
    page.emulate_media(media="print", color_scheme=scheme)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    ink = "getComputedStyle(document.documentElement).getPropertyValue('--ic-ink').trim()"
    assert page.evaluate(ink) == COLOURS["ink"][0]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    for kind in (".pairs-bar", ".explorer-bar", ".zoom", ".behind", "dialog", "nav"):
        assert page.locator(f"{kind}:visible").count() == 0, kind
    assert complaints == []
    context.close()


def use(page, at, *, by_key):
    """Use a control as a person does."""
    if by_key:
        assert at["focused"], at
        assert at["reached"], at
        if at["name"] == "select":
            page.keyboard.press("ArrowDown")
        elif at["name"] == "input":
            page.keyboard.type("1")
            page.keyboard.press("Enter")
        elif at["stop"]:
            page.keyboard.press("ArrowRight")
        else:
            page.keyboard.press("Enter")
        return
    page.mouse.click(at["x"], at["y"])
    if at["name"] == "select":
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    elif at["name"] == "input":
        page.keyboard.type("1\n")
