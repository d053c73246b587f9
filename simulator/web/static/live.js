// A run as it happens: the server sends pieces of the page, each takes the place of its older self.
// The HTML is the server's own, with all that a merchant said escaped; parsed apart, no script in
// it would run even so.
const parse = (html) => new DOMParser().parseFromString(html, "text/html").body.firstElementChild;

const keepOpen = (old, fresh) => {
  for (const part of old.querySelectorAll("details[open][data-key]")) {
    const same = fresh.querySelector(`details[data-key="${CSS.escape(part.dataset.key)}"]`);
    if (same) same.open = true;
  }
};

const put = ({ id, into, html }, dress) => {
  const fresh = parse(html);
  if (!fresh) return;
  document.adoptNode(fresh);
  const old = document.getElementById(id);
  if (old) {
    keepOpen(old, fresh);
    old.replaceWith(fresh);
  } else {
    document.getElementById(into)?.append(fresh);
  }
  dress(fresh);
};

export const follow = (box, dress) => {
  const source = new EventSource(box.dataset.stream);
  source.addEventListener("piece", (event) => put(JSON.parse(event.data), dress));
  source.addEventListener("over", () => {
    source.close();
    box.dataset.over = "true";
    for (const part of document.querySelectorAll("[data-while-going]")) part.hidden = true;
    for (const part of document.querySelectorAll("[data-when-over]")) part.hidden = false;
  });
};
