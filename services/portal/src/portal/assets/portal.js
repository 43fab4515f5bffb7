// Small conveniences; every page does its work without them.

// "Add another" puts a copy of the last row below it instead of asking the server for a longer form.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-more]");
  if (!button) return;
  const rows = document.getElementById(button.dataset.more);
  const last = rows && rows.querySelector("[data-row]:last-of-type");
  if (!last) return;
  event.preventDefault();
  const copy = last.cloneNode(true);
  const place = rows.querySelectorAll("[data-row]").length + 1;
  copy.querySelectorAll("[id]").forEach((part) => {
    const old = part.id;
    part.id = old.replace(/\d+$/, "") + place;
    copy.querySelectorAll(`[for="${old}"]`).forEach((label) => label.setAttribute("for", part.id));
  });
  copy.querySelectorAll("input").forEach((input) => { input.value = ""; });
  copy.querySelectorAll("select").forEach((select) => { select.selectedIndex = 0; });
  rows.append(copy);
  const first = copy.querySelector("input, select");
  if (first) first.focus();
  if (window.htmx) window.htmx.process(copy);
});

// A menu closes when something else is pressed, and on Escape, which gives the focus back.
const closeMenus = (except) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== except) menu.removeAttribute("open");
  });
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.removeAttribute("open");
  menu.querySelector("summary").focus();
});

// A form that was sent cannot be sent again while it is under way.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
});
