"use strict";
(() => {
  const box = document.getElementById("filter");
  const said = document.getElementById("found");
  const parts = Array.from(document.querySelectorAll("[data-words]"));
  const models = new Set(parts.map((part) => part.dataset.model));
  const show = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const left = new Set();
    for (const part of parts) {
      const found = words.every((word) => part.dataset.words.includes(word));
      part.hidden = !found;
      if (found) left.add(part.dataset.model);
    }
    said.textContent = words.length ? `${left.size} of ${models.size} models` : "";
  };
  document.getElementById("search").hidden = false;
  box.addEventListener("input", show);
  // A link into a part that is folded, or filtered away, opens it.
  const follow = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) {
      box.value = "";
      show();
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  show();
})();
