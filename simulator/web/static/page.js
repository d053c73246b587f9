// What every page has: the theme's switch, copy buttons, the sum beside an amount, live runs.
import { follow } from "./live.js";
import { sumOf } from "./money.js";

const root = document.documentElement;

const themeSwitch = document.querySelector("[data-theme-switch]");
if (themeSwitch) {
  const isDark = () => root.dataset.theme === "dark"
    || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const label = () => {
    const { toLight, toDark } = themeSwitch.dataset;
    themeSwitch.querySelector(".words").textContent = isDark() ? toLight : toDark;
  };
  themeSwitch.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // It holds for this page, then.
    }
    label();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();
  themeSwitch.hidden = false;
}

// On a phone the sandbox's menu is a strip: it begins where one is.
const here = document.querySelector(".side [aria-current]");
if (here) {
  const strip = here.closest("ul");
  strip.scrollLeft += here.getBoundingClientRect().left - strip.getBoundingClientRect().left - 24;
}

for (const choice of document.querySelectorAll("select[data-sends]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}

for (const field of document.querySelectorAll("input[data-tiyin]")) {
  const shown = document.getElementById(field.dataset.shown);
  const show = () => { shown.textContent = sumOf(field.value, field.dataset); };
  field.addEventListener("input", show);
  show();
}

export const dress = (part) => {
  for (const button of part.querySelectorAll("button.copy[hidden]")) button.hidden = false;
};
dress(document);

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button.copy");
  if (!button) return;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return;
  }
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 1500);
});

for (const box of document.querySelectorAll("[data-stream]")) follow(box, dress);
