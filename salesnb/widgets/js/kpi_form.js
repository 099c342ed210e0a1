import { h } from "./dom.js";

// What the form is made of. A form is `{id, given, values, wrong, set, search, ...}`: `set(path, value)` changes what is
// picked, paths are those of the kernel (`parts.0.of`, `filters.1.column`), and so is `wrong.at`.

/** What stands against a control, beside it. */
export function wrongAt(form, at) {
  const text = form.wrong?.at === at ? form.wrong.text : "";
  return h("div", { class: "said", role: "alert", id: `${form.id}-${at}-said` }, text || null);
}

/** A control with its label, and below it what stands against it. */
export function field(form, at, label, make, { quiet = "" } = {}) {
  const id = `${form.id}-${at}`;
  const bad = form.wrong?.at === at;
  return h(
    "div",
    { class: bad ? "field bad" : "field" },
    h("label", { for: id }, label),
    make({ id, "aria-invalid": bad ? "true" : false, "aria-describedby": bad ? `${id}-said` : false }),
    quiet ? h("div", { class: "quiet" }, quiet) : null,
    bad ? wrongAt(form, at) : null,
  );
}

export function textInput(form, path, value, more = {}) {
  return (given) => h("input", { type: "text", ...given, ...more, value, on: { input: (event) => form.set(path, event.target.value) } });
}

export function choice(form, path, value, options, more = {}) {
  const known = options.some(([name]) => name === value);
  return (given) =>
    h(
      "select",
      { ...given, ...more, value, on: { change: (event) => form.set(path, event.target.value) } },
      known ? null : h("option", { value }, value || "pick one …"),
      options.map(([name, words]) => h("option", { value: name, key: name, selected: name === value }, words)),
    );
}

export function tick(form, path, value, label) {
  const id = `${form.id}-${path}`;
  return h(
    "div",
    { class: "tick" },
    h("input", { type: "checkbox", id, checked: value, on: { change: (event) => form.set(path, event.target.checked) } }),
    h("label", { for: id }, label),
  );
}

/** The conditions at a path, each in a row, and a button for one more. */
export function conditions(form, path, filters, legend) {
  const changed = (next, focus) => form.set(path, next, focus);
  return h(
    "fieldset",
    { class: "conditions" },
    h("legend", {}, legend),
    filters.map((one, n) => condition(form, `${path}.${n}`, one, n, () => changed(filters.filter((_, other) => other !== n), `${path}-add`))),
    wrongAt(form, path),
    h(
      "button",
      {
        type: "button",
        id: `${form.id}-${path}-add`,
        on: { click: () => changed([...filters, { column: "", sign: "is", values: [] }], `${path}.${filters.length}.column`) },
      },
      "Add a condition",
    ),
  );
}

function condition(form, path, one, n, remove) {
  const columns = form.given.columns;
  const kind = columns.kinds[one.column] ?? "text";
  const bare = (name, label) => ({ id: `${form.id}-${path}.${name}`, "aria-label": `${label} of condition ${n + 1}` });
  const signs = columns.signs[kind].map((sign) => [sign, sign]);
  const choose = (column) => ({ column, sign: columns.signs[columns.kinds[column] ?? "text"].includes(one.sign) ? one.sign : "is", values: [] });
  return h(
    "div",
    { class: "condition", role: "group", "aria-label": `Condition ${n + 1}` },
    h(
      "div",
      { class: "bar" },
      h(
        "select",
        { ...bare("column", "Subject"), value: one.column, on: { change: (event) => form.set(path, choose(event.target.value)) } },
        one.column ? null : h("option", { value: "" }, "pick one …"),
        columns.conditions.map(([name, words]) => h("option", { value: name, key: name, selected: name === one.column }, words)),
      ),
      choice(form, `${path}.sign`, one.sign, signs)(bare("sign", "Comparison")),
      one.column && !one.sign.startsWith("is known") && !one.sign.startsWith("is missing") && kind !== "text" ? single(form, path, one, kind, bare) : null,
      h("button", { type: "button", "aria-label": `Remove condition ${n + 1}`, on: { click: remove } }, "×"),
    ),
    one.column && kind === "text" && ["is", "is not"].includes(one.sign) ? several(form, path, one, n) : null,
    wrongAt(form, path),
  );
}

function single(form, path, one, kind, bare) {
  const type = kind === "date" ? "date" : "text";
  return h("input", {
    type,
    inputmode: kind === "date" ? false : "decimal",
    size: 12,
    ...bare("value", "Value"),
    value: one.values[0] ?? "",
    on: { input: (event) => form.set(`${path}.values`, [event.target.value]) },
  });
}

const MOST_SHOWN = 60;

/** Any of several texts: those that there are, with how many deals have them; what is typed finds or adds one. */
function several(form, path, one, n) {
  const known = form.values[one.column] ?? [];
  const sought = form.search[path] ?? "";
  const fitting = known.filter(([value]) => value.toLowerCase().includes(sought.trim().toLowerCase()));
  const shown = new Set(fitting.slice(0, MOST_SHOWN).map(([value]) => value));
  const counts = new Map(known);
  // What is taken stays where it stood: a box that moved would lose the focus.
  const listed = known.filter(([value]) => shown.has(value) || one.values.includes(value)).map(([value]) => value);
  const typed = one.values.filter((value) => !counts.has(value));
  const put = (values, focus = "") => form.set(`${path}.values`, values, focus);
  const add = (event) => {
    if (event.key !== "Enter" || !sought.trim()) return;
    event.preventDefault();
    const exact = fitting.find(([value]) => value.toLowerCase() === sought.trim().toLowerCase());
    form.search[path] = "";
    event.target.value = "";
    put([...new Set([...one.values, (exact ?? fitting[0])?.[0] ?? sought.trim()])]);
  };
  const box = (value) => {
    const checked = one.values.includes(value);
    const others = one.values.filter((other) => other !== value);
    const change = () => (checked ? put(others, counts.has(value) ? "" : `${path}.values`) : put([...others, value]));
    const id = `${form.id}-${path}-${value}`;
    return h(
      "div",
      { class: "tick", key: value },
      h("input", { type: "checkbox", id, checked, on: { change } }),
      h("label", { for: id }, value, counts.get(value) ? h("span", { class: "quiet" }, ` ${counts.get(value).toLocaleString(form.given.locale)}`) : null),
    );
  };
  return h(
    "div",
    { class: "values", role: "group", "aria-label": `Values of condition ${n + 1}` },
    h("input", {
      type: "text",
      id: `${form.id}-${path}.values`,
      "aria-label": `Find or type a value for condition ${n + 1}; Enter takes it`,
      placeholder: known.length ? `Find among ${known.length} values, Enter takes it` : "Type a value, Enter takes it",
      value: sought,
      on: { input: (event) => form.find(path, event.target.value), keydown: add },
    }),
    h("div", { class: "boxes" }, [...typed, ...listed].map(box)),
    fitting.length > MOST_SHOWN ? h("div", { class: "quiet" }, `${fitting.length - MOST_SHOWN} more; type a part of the name.`) : null,
  );
}
