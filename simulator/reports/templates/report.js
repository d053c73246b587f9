"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Copy buttons exist only where a script can serve them.
  const select = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  for (const button of all("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = button.dataset.copy ?? button.parentElement.querySelector("pre").textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        select(text);
      }
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    });
  }

  // The table of all rules, narrowed by words and outcome.
  const words = document.getElementById("words");
  const outcome = document.getElementById("outcome");
  const shown = document.getElementById("shown");
  const rows = all("table.rules tbody tr").map((row) => [row, row.textContent.toLowerCase()]);
  const narrow = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [row, text] of rows) {
      const fits = (!outcome.value || row.dataset.outcome === outcome.value)
        && wanted.every((word) => text.includes(word));
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = `${count} of ${rows.length}`;
  };
  document.querySelector("form.filter").hidden = false;
  document.querySelector("form.filter").addEventListener("submit", (event) => event.preventDefault());
  words.addEventListener("input", narrow);
  outcome.addEventListener("input", narrow);
  narrow();

  // A link into a closed part opens it; paper has no closed parts.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", open);
  open();
  addEventListener("beforeprint", () => all("details.rule, details.others").forEach((part) => { part.open = true; }));
})();
