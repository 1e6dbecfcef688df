// The arrivals by keyboard. Comfort only: every action is a button of the page too.

const list = document.querySelector("[data-arrivals]");
const rows = list ? [...list.children] : [];
let current = Math.max(rows.findIndex((row) => `#${row.id}` === location.hash), 0);

function stand(at, focus) {
  if (!rows.length) return;
  rows[current].removeAttribute("aria-current");
  current = Math.min(Math.max(at, 0), rows.length - 1);
  rows[current].setAttribute("aria-current", "true");
  if (focus) rows[current].querySelector("[data-do=open]").focus();
}

function press(what) {
  const found = rows[current]?.querySelector(`[data-do=${what}]`);
  if (!found) return;
  const details = found.closest("details");
  if (details) {
    details.open = true;
    (details.querySelector("select") ?? details.querySelector("form button")).focus();
  } else found.click();
}

function reason(number) {
  const details = rows[current]?.querySelector("[data-do=ignore]")?.closest("details");
  if (details?.open) details.querySelector(`[data-reason="${number}"]`)?.click();
}

const KEYS = {
  j: () => stand(current + 1, true),
  k: () => stand(current - 1, true),
  p: () => press("publish"),
  i: () => press("ignore"),
  a: () => press("assign"),
  o: () => press("open"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, textarea") || document.querySelector("dialog[open]")) return;
  if (/^[1-9]$/.test(event.key)) reason(event.key);
  else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// Whoever tabs or clicks into a row acts on that row.
list?.addEventListener("focusin", (event) => {
  const at = rows.indexOf(event.target.closest("li.arrival"));
  if (at >= 0) stand(at, false);
});

if (rows.length) {
  document.querySelector("[data-keys]").hidden = false;
  stand(current, Boolean(location.hash));
}
