// The profile's conveniences: a week that is painted by mouse and walked by arrow keys, and a word about unsaved changes.

const weeks = [...document.querySelectorAll("table.week")];
const cell = (week, row, column) => week.tBodies[0].rows[row]?.cells[column + 1]?.querySelector("input");
const place = (input) => {
  const at = input.closest("td");
  return [at.parentElement.sectionRowIndex, at.cellIndex - 1];
};
const changed = (input) => input.dispatchEvent(new Event("change", { bubbles: true }));

weeks.forEach((week) => {
  // One stop for Tab; arrows move within.
  const inputs = [...week.querySelectorAll("input")];
  inputs.forEach((input, number) => { input.tabIndex = number ? -1 : 0; });
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  week.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const [row, column] = place(event.target);
    const next = cell(week, row + move[0], column + move[1]);
    if (!next) return;
    if (event.shiftKey && next.checked !== event.target.checked) {
      next.checked = event.target.checked;
      changed(next);
    }
    next.focus();
  });
  week.addEventListener("focusin", (event) => {
    inputs.forEach((input) => { input.tabIndex = input === event.target ? 0 : -1; });
  });

  // A mouse that is held down paints what it began with.
  let paint = null;
  let begun = null;
  document.addEventListener("pointerup", () => { paint = null; });
  const colour = (input) => {
    if (!input || input.checked === paint) return;
    input.checked = paint;
    changed(input);
  };
  week.addEventListener("pointerdown", (event) => {
    const input = event.target.closest("td")?.querySelector("input");
    if (!input || event.pointerType !== "mouse" || event.button) return;
    paint = !input.checked;
    begun = input;
    colour(input);
  });
  week.addEventListener("pointerover", (event) => {
    if (paint === null) return;
    if (!(event.buttons & 1)) paint = null;
    else colour(event.target.closest("td")?.querySelector("input"));
  });
  // The click that ends on the cell it began with would undo what was painted; one by keyboard began nowhere.
  week.addEventListener("click", (event) => {
    if (event.target === begun) event.preventDefault();
    begun = null;
  });
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=copy]");
  if (!button || !weeks.length) return;
  event.preventDefault();
  const last = button.value === "all" ? 6 : 4;
  weeks.forEach((week) => {
    for (let row = 0; row < week.tBodies[0].rows.length; row += 1) {
      const monday = cell(week, row, 0).checked;
      for (let column = 1; column <= last; column += 1) {
        const input = cell(week, row, column);
        if (input.checked !== monday) {
          input.checked = monday;
          changed(input);
        }
      }
    }
  });
  const said = document.getElementById("copied");
  if (said) said.textContent = said.dataset.words;
});

const form = document.querySelector("form[data-watched]");
const unsaved = document.getElementById("unsaved");
if (form && unsaved) {
  const note = () => { unsaved.hidden = false; };
  form.addEventListener("input", note);
  form.addEventListener("change", note);
}
