// Without this script everything can be read: it only filters, opens and closes.
"use strict";
for (const tools of document.querySelectorAll(".tools")) {
  const section = tools.parentElement;
  const items = [...section.querySelectorAll(".item")];
  const folds = [...section.querySelectorAll("details:not(.figures)")];
  const words = tools.querySelector("input");
  const kind = tools.querySelector("select");
  const told = tools.querySelector("output");
  const show = () => {
    const wanted = words.value.trim().toLowerCase();
    const chosen = kind ? kind.value : "";
    let shown = 0;
    for (const item of items) {
      const fits = (!chosen || item.dataset.kind === chosen) && item.textContent.toLowerCase().includes(wanted);
      item.hidden = !fits;
      shown += fits;
    }
    for (const fold of folds) {
      fold.hidden = fold.querySelector(".item") !== null && !fold.querySelector(".item:not([hidden])");
      if ((wanted || chosen) && !fold.hidden) fold.open = true;
    }
    told.textContent = shown + " of " + items.length + " shown";
  };
  words.addEventListener("input", show);
  if (kind) kind.addEventListener("change", show);
  const button = tools.querySelector("button");
  button.addEventListener("click", () => {
    const open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
    button.textContent = open ? "Close all" : "Open all";
  });
  tools.hidden = false;
  show();
}
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
});
