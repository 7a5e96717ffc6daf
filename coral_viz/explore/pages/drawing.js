// What the pages share: elements, controls with names, dragging, and what stands in for a kernel.

/** A model as anywidget has it, for a page without a kernel. */
const still = (values) => ({
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; },
  on() {},
  save_changes() {},
});

/** The page. Its keys stay in it, or JupyterLab would take arrows and Enter for commands of its own. */
function begun(parent, looks = "") {
  const page = html(parent, "div", { className: `coral-page ${looks}` });
  page.addEventListener("keydown", (event) => event.stopPropagation());
  return page;
}

/** A new HTML element at the end of its parent. */
function html(parent, tag, properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(tag), properties));
}

/** A new SVG element at the end of its parent. */
function svg(parent, tag, attributes = {}, text = "") {
  const element = parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", tag));
  element.textContent = text;
  return put(element, attributes);
}

function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A picture of these units, which fills the width of its parent. */
function picture(parent, width, height, name) {
  return svg(parent, "svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": name });
}

/** A slider with its name and value above it. */
function slider(parent, name, [min, max, step], moved) {
  const label = html(parent, "label", { textContent: name });
  const value = html(label, "span");
  const input = html(label, "input", { type: "range", min, max, step });
  input.setAttribute("aria-label", name);
  input.addEventListener("input", () => moved(Number(input.value)));
  return {
    show(number, disabled = false) {
      input.value = number;
      input.disabled = disabled;
      value.textContent = Number(number).toFixed(2);
    },
  };
}

/** A list to choose from, with its name above it. */
function list(parent, name, chosen) {
  const select = html(html(parent, "label", { textContent: name }), "select");
  select.setAttribute("aria-label", name);
  select.addEventListener("change", () => chosen(select.value));
  return {
    offer: (names) => select.replaceChildren(...names.map((each) => new Option(each, each))),
    show: (value) => { select.value = value; },
  };
}

/** Calls with the place of the pointer, in units of the picture, while an element is dragged. */
function draggable(element, moved) {
  const page = element.closest(".coral-page");
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    page.classList.add("dragged"); // no transitions: the picture follows the pointer at once
    event.preventDefault();
    element.focus();
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      element.ownerSVGElement.getScreenCTM().inverse());
    moved(x, y);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => page.classList.remove("dragged"));
  }
}

/** Calls with the steps (right, up) of an arrow key; Page Up and Page Down take ten of them. */
function movable(element, moved) {
  const steps = {
    ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 10], PageDown: [0, -10],
  };
  element.addEventListener("keydown", (event) => {
    if (!steps[event.key]) return;
    event.preventDefault();
    moved(...steps[event.key]);
  });
}

/** Makes an element a button for the pointer and the keyboard. */
function pressable(element, pressed) {
  put(element, { role: "button", tabindex: 0 });
  element.addEventListener("click", pressed);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    pressed();
  });
}

const bits = (value, digits = 3) => {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) > 0 ? `−${text}` : text;
};

/** Python, as `repr` writes it for text, numbers and lists of numbers. */
const python = (value) => (typeof value === "string" ? `'${value}'` : JSON.stringify(value).replaceAll(",", ", "));

/** The line of Python that opens this view again. */
function codeOf(explorer, state, start) {
  const rounded = (value) => {
    return Array.isArray(value) ? value.map(rounded) : typeof value === "number" ? +value.toFixed(4) : value;
  };
  const given = Object.entries(state).filter(([name, value]) => String(value) !== String(start[name]));
  return `explore.${explorer}(${given.map(([name, value]) => `${name}=${python(rounded(value))}`).join(", ")})`;
}

const OWN = "custom"; // the name of what was changed by hand
