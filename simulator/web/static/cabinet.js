// The cabinet's pages as things happen: an event says that something has changed, the page is
// fetched anew, and its live parts take the place of the old ones. What somebody is at stays.
import { dress } from "./page.js";

const SOON_MS = 250;

const isInUse = (part) => part.contains(document.activeElement)
  || part.querySelector("details.confirm[open]") !== null;

const keepOpen = (old, fresh) => {
  for (const open of old.querySelectorAll("details[open][data-key]")) {
    const same = fresh.querySelector(`details[data-key="${CSS.escape(open.dataset.key)}"]`);
    if (same) same.open = true;
  }
};

const renew = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const same = fresh.getElementById(old.id);
    if (!same || isInUse(old) || old.innerHTML === same.innerHTML) continue;
    keepOpen(old, same);
    old.replaceChildren(...same.childNodes);
    dress(old);
  }
};

let waiting = null;
let again = false;
const soon = () => {
  if (waiting !== null) {
    again = true;
    return;
  }
  waiting = setTimeout(async () => {
    again = false;
    try {
      await renew();
    } catch {
      // The server is away; the stream comes back when it does.
    }
    waiting = null;
    if (again) soon();
  }, SOON_MS);
};

// A browser has six connections to a host for all its tabs: one that nobody sees keeps none.
const listen = (box) => {
  let source = null;
  const match = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (source === null) {
      source = new EventSource(box.dataset.events);
      source.addEventListener("open", soon); // what happened before it was listening
      for (const kind of ["payment", "exchange", "fault", "clock", "reset"]) {
        source.addEventListener(kind, soon);
      }
    }
  };
  document.addEventListener("visibilitychange", match);
  match();
};

for (const box of document.querySelectorAll("[data-events]")) listen(box);
