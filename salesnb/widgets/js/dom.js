// A page is described as a tree and brought onto the screen with as few changes as that takes, so that what a
// person is typing in, has focused or scrolled stays as it is.

/**
 * Describe an element. Attributes are set as such, but for `on` (listeners by event), `value`, `checked` and `key`
 * (which tells siblings apart when they move).
 */
export function h(tag, given = {}, ...children) {
  const { on = {}, key, value, checked, ...attributes } = given;
  return { tag, on, key, value, checked, attributes, children: present(children) };
}

// What is not shown keeps its place, so that what follows it is the same element when it comes and goes.
const present = (parts) => parts.flat(Infinity).map((one) => (one === undefined || one === false ? null : one));

/** Text that screens do not show and screen readers say. */
export function unseen(text) {
  return h("span", { class: "hidden" }, text);
}

/** Make the children of a node those that are described. */
export function patch(parent, described) {
  const wanted = present([described]);
  const keys = new Set(wanted.map((one) => one?.key));
  const kept = new Map();
  for (const node of [...parent.childNodes]) {
    if (node.salesnbKey === undefined) continue;
    if (keys.has(node.salesnbKey)) kept.set(node.salesnbKey, node);
    else node.remove();
  }
  wanted.forEach((one, place) => {
    const own = kept.get(one?.key);
    // A node that is moved loses the focus, so what is one too many before it goes instead.
    while (own && parent.childNodes.length > wanted.length && parent.childNodes[place].salesnbKey === undefined) parent.childNodes[place].remove();
    const there = parent.childNodes[place];
    const found = own ?? there;
    const node = found && fitting(found, one) ? found : made(one);
    if (node !== there) {
      if (there && there.salesnbKey === one?.key) parent.replaceChild(node, there);
      else parent.insertBefore(node, there ?? null);
    }
    if (one === null) return;
    if (typeof one === "object") {
      // The same description is the same page: a part that costs much is described again only when it changes.
      if (node.salesnbDressed !== one) dress(node, one);
      node.salesnbDressed = one;
    } else if (node.data !== String(one)) node.data = String(one);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild.remove();
}

function fitting(node, one) {
  if (one === null) return node.nodeType === Node.COMMENT_NODE;
  if (typeof one !== "object") return node.nodeType === Node.TEXT_NODE;
  return node.nodeType === Node.ELEMENT_NODE && node.localName === one.tag && node.salesnbKey === one.key;
}

const DRAWN = new Set(["svg", "path", "line", "rect", "circle", "g", "text", "polyline", "polygon", "title"]);

function made(one) {
  if (one === null) return document.createComment("");
  if (typeof one !== "object") return document.createTextNode(String(one));
  const node = DRAWN.has(one.tag) ? document.createElementNS("http://www.w3.org/2000/svg", one.tag) : document.createElement(one.tag);
  node.salesnbKey = one.key;
  return node;
}

function dress(node, one) {
  for (const { name } of [...node.attributes]) {
    // What a person has opened stays open.
    if (name === "open" && one.tag === "details") continue;
    if (!(name in one.attributes) || one.attributes[name] === false) node.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(one.attributes)) {
    if (value === false || value === null || value === undefined) continue;
    const text = value === true ? "" : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
  // Listeners are looked up when something happens, so that they need not be taken off and put on again.
  const before = node.salesnbOn ?? {};
  node.salesnbOn = one.on;
  for (const event of Object.keys(one.on)) {
    if (!(event in before)) node.addEventListener(event, hear);
  }
  patch(node, one.children);
  node.salesnbValue = one.value;
  // What somebody is typing is theirs until they leave it.
  if (one.value !== undefined && node !== document.activeElement && node.value !== String(one.value)) node.value = one.value;
  if (one.checked !== undefined) node.checked = one.checked;
}

function hear(event) {
  event.currentTarget.salesnbOn[event.type]?.(event);
}

/** Give a field back the value that it is described with, as when somebody leaves what they typed there. */
export function restore(field) {
  const value = field.salesnbValue;
  if (value !== undefined && field.value !== String(value)) field.value = value;
}
