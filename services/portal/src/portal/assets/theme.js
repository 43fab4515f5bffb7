// Tells the style sheet whether the reader's system is dark, before anything is drawn; without it the style sheet
// follows the system by itself.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  apply();
  dark.addEventListener("change", apply);
})();
