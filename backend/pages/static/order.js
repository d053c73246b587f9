// Asks how the order stands, and loads the page anew when that has changed.
const shown = document.querySelector("[data-status-at]");
const PAUSE_MS = 1000;

const look = async () => {
  try {
    const answer = await fetch(shown.dataset.statusAt, { cache: "no-store" });
    if (answer.ok) {
      const order = await answer.json();
      if (`${order.status} ${order.state ?? "None"}` !== shown.dataset.seen) {
        location.reload();
        return;
      }
    }
  } catch {
    // The shop is starting anew, perhaps: it is asked again.
  }
  setTimeout(look, PAUSE_MS);
};

setTimeout(look, PAUSE_MS);
