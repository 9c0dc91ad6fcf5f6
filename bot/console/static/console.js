// What the console does beyond links and forms; every page works without it.
"use strict";
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;
document.addEventListener("htmx:configRequest", (event) => {
  const csrf = document.querySelector('meta[name="csrf"]');
  if (csrf) event.detail.headers["x-csrf"] = csrf.content;
});
// In lists: j and k go down and up, Enter opens; "/" goes to the search.
const rowsOf = () => [...document.querySelectorAll("[data-row]")];
const move = (step) => {
  const rows = rowsOf();
  const at = rows.findIndex((row) => row.classList.contains("here"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))];
  if (!next) return;
  rows.forEach((row) => row.classList.toggle("here", row === next));
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select")) return;
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
  const search = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (search) {
    event.preventDefault();
    search.focus();
  }
});
// A text to pass on goes to the clipboard; where a browser refuses, it is selected to be copied by hand.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Đã chép";
  } catch {
    getSelection().selectAllChildren(text);
    button.textContent = "Đã bôi đen, anh chị bấm chép";
  }
});
