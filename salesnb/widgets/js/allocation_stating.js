import { h } from "./dom.js";
import { readNumber } from "./reading.js";
import { saidAt, view } from "./view.js";

const QUESTIONS = [
  ["none", "With none", "What would it sell in the plan's period with no effort at all?"],
  ["now", "With today's", "What will it sell with today's effort?"],
  ["saturated", "With all of any use", "What could it sell with as much effort as could be of any use?"],
  ["effort", "Today's effort", "How much does it have today?"],
];

function render({ model, el }) {
  // What is typed and not sent yet is the page's own.
  const typed = { name: "", amount: "", unit: "", by: "", open: false, wrong: "", unread: "" };
  const answers = {};

  const state = (shown, ask, draw) => {
    const read = readNumber(typed.amount, shown.locale);
    typed.wrong = read.wrong ?? "";
    draw();
    if (read.wrong) return;
    ask("state", { at: "state", name: typed.name, amount: read.value, unit: typed.unit || shown.units[0], by: typed.by });
  };

  const field = (name, label, more = {}) =>
    h("label", {}, `${label} `, h("input", { type: "text", "aria-label": label, ...more, value: typed[name], on: { input: (event) => { typed[name] = event.target.value; } } }));

  const chosen = (name, label, options) =>
    h("label", {}, `${label} `, h("select", { "aria-label": label, on: { change: (event) => { typed[name] = event.target.value; } } },
      options.map(([value, text]) => h("option", { value, selected: typed[name] === value }, text))));

  const form = (shown, ask, draw) => [
    h("div", { class: "bar" },
      field("name", "What", { placeholder: "budget" }),
      field("amount", "How much", { inputmode: "decimal" }),
      chosen("unit", "In", shown.units.map((unit) => [unit, unit])),
      shown.dimensions.length ? chosen("by", "By", [["", "team"], ...shown.dimensions.filter((one) => one !== "team").map((one) => [one, one])]) : null,
      h("button", { type: "button", on: { click: () => state(shown, ask, draw) } }, "State it"),
    ),
    h("div", { class: "said", role: "alert" }, typed.wrong || null),
  ];

  const questions = (shown, ask) => h("section", { "aria-label": `How segments answer to ${shown.asked}` },
    h("h3", {}, `How do segments answer to ${shown.asked}?`),
    h("p", { class: "quiet" }, `No history tells it, so it is judged: sales of the plan's period in three cases, and what each segment has today, in ${shown.counts}. A segment that is left empty has no part in it.`),
    h("table", { class: "figures" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Segment"), QUESTIONS.map(([, title, question]) => h("th", { scope: "col", title: question }, title)))),
      h("tbody", {}, shown.questions.map((row) => h("tr", { key: row.segment },
        h("th", { scope: "row" }, row.segment),
        QUESTIONS.map(([key, title]) => h("td", {}, h("input", {
          type: "text", inputmode: "decimal", "aria-label": `${row.segment}, ${title}`,
          value: answers[row.segment]?.[key] ?? known(shown, row, key),
          on: { input: (event) => { (answers[row.segment] ??= {})[key] = event.target.value; } },
        }))),
      ))),
    ),
    h("p", {}, h("button", { type: "button", on: { click: () => answer(shown, ask) } }, "Draw the curves")),
  );

  // What stands there from the start counts only where something was typed beside it.
  const answered = (shown) => shown.questions
    .filter((row) => Object.values(answers[row.segment] ?? {}).some((text) => text.trim()))
    .map((row) => ({ segment: row.segment, ...Object.fromEntries(QUESTIONS.map(([key]) => [key, read(shown, row, key)])) }));

  // The kernel takes plain numbers; what people type is in their own format.
  const read = (shown, row, key) => {
    const text = answers[row.segment]?.[key];
    if (text === undefined) return row[key] ?? "";
    if (!text.trim()) return "";
    const { value, wrong } = readNumber(text, shown.locale);
    if (wrong) throw new Error(`${row.segment}: ${wrong}`);
    return String(value);
  };

  const answer = (shown, ask) => {
    typed.unread = "";
    try {
      ask("answer", { at: "answer", answers: answered(shown) });
    } catch (error) {
      typed.unread = error.message;
    }
    drawn.draw();
  };

  // What a segment sold is known as a plain number.
  const known = (shown, row, key) => (row[key] ? new Intl.NumberFormat(shown.locale).format(Number(row[key])) : "");

  const drawn = view({ model, el }, "allocation-stating", (shown, ask, said) => {
    const there = shown.resources.length > 0;
    return [
      there ? null : h("p", {}, "Nothing is stated to be allocated yet. Say what there is: a budget, selling hours, heads."),
      there ? h("div", { class: "bar" },
        h("span", {}, `To be allocated: ${shown.resources.join(", ")}`),
        h("button", { type: "button", "aria-expanded": String(typed.open), on: { click: () => { typed.open = !typed.open; drawn.draw(); } } }, "Change or add"),
      ) : null,
      !there || typed.open ? form(shown, ask, () => drawn.draw()) : null,
      saidAt(said, "state"),
      shown.notices.map((text) => h("p", { class: "quiet", key: text }, text)),
      shown.asked ? questions(shown, ask) : null,
      saidAt(typed.unread ? { at: "answer", text: typed.unread } : said, "answer"),
    ];
  });
  return drawn.end;
}

export default { render };
