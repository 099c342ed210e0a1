import { h, patch } from "./dom.js";

// So long after the kernel said that something is yet to come, it is asked whether it has.
const ASKED_AFTER = 500;

/**
 * Draw what the kernel shows: `tree(shown, ask, said)` describes the page.
 *
 * `ask(verb, about)` asks the kernel for something; what stands against it comes back as `said`, `{at, text}`,
 * to be shown beside the control that is `at`.
 * `drawn(root)` is called whenever it has been drawn.
 * @returns {{draw: function, soon: function, end: function}} `draw` draws again, as when something of the page's own has
 *   changed; `soon` once all that happens now has happened
 */
export function view({ model, el }, name, tree, drawn = () => {}) {
  const root = document.createElement("div");
  root.className = `salesnb salesnb-${name}`;
  el.append(root);
  const ask = (verb, about = {}) => model.send({ do: verb, ...about });
  const draw = () => {
    patch(root, tree(model.get("shown"), ask, model.get("said")));
    drawn(root);
  };
  // What the kernel tells at once is drawn once.
  let waits = false;
  const soon = () => {
    if (waits) return;
    waits = true;
    queueMicrotask(() => {
      waits = false;
      draw();
    });
  };
  // Keys typed in a field are not the notebook's commands.
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select, [role=slider]")) event.stopPropagation();
  });
  model.on("change:shown", soon);
  model.on("change:said", soon);
  let asking = null;
  const awaits = () => {
    if (!model.get("waits") || asking !== null) return;
    asking = setTimeout(() => {
      asking = null;
      model.send({ do: "await" });
    }, ASKED_AFTER);
  };
  model.on("change:waits", awaits);
  awaits();
  draw();
  return {
    draw,
    soon,
    end() {
      model.off("change:shown", soon);
      model.off("change:said", soon);
      model.off("change:waits", awaits);
      clearTimeout(asking);
    },
  };
}

/** What the kernel said of a control, beside it; nothing where it said nothing of that. */
export function saidAt(said, at) {
  return h("div", { class: "said", role: "alert" }, said.at === at && said.text ? said.text : null);
}

/** Call whenever an element comes onto the screen, or is there as `again` is called; not in a tab behind others. */
export function whenSeen(el, call) {
  let seen = false;
  const again = () => seen && call();
  const watcher = new IntersectionObserver((entries) => {
    seen = entries.at(-1).isIntersecting;
    again();
  });
  watcher.observe(el);
  return { again, end: () => watcher.disconnect() };
}
