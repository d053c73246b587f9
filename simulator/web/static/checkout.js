// The checkout: looks whether the payment has moved, goes back to the shop, and helps with typing.
// Without it the pages load themselves anew.
const LOOK_MS = 600;

const watched = document.querySelector("[data-watched]");
const look = async () => {
  try {
    const answer = await fetch(watched.dataset.watched, { cache: "no-store" });
    if (answer.ok && (await answer.json()).version !== watched.dataset.version) {
      location.reload();
      return;
    }
  } catch {
    // The server is starting anew, perhaps: it is asked again.
  }
  setTimeout(look, LOOK_MS);
};
if (watched) setTimeout(look, LOOK_MS);

// The address is the server's own; what leads to the shop is decided there.
const leaving = document.querySelector("[data-leave]");
if (leaving) setTimeout(() => location.assign(leaving.dataset.leave), Number(leaving.dataset.after));

for (const button of document.querySelectorAll("[data-fill]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = button.parentElement.querySelector("input");
    field.value = button.dataset.fill;
    field.focus();
  });
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});

const number = document.querySelector("input[data-card]");
number?.addEventListener("input", () => {
  if (number.selectionEnd !== number.value.length) return;
  number.value = number.value.replace(/\D/g, "").slice(0, 16).replace(/(.{4})(?=.)/g, "$1 ");
});
const expiry = document.querySelector("input[data-expiry]");
expiry?.addEventListener("input", () => {
  if (expiry.selectionEnd !== expiry.value.length) return;
  const digits = expiry.value.replace(/\D/g, "").slice(0, 4);
  expiry.value = digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2)}` : digits;
});
