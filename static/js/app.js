// Comfort only: every page works without this file.

const words = document.documentElement.dataset;

// A form is sent once, however often its button is pressed; it can be sent again after "back".
function guardOnce(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
}

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// A question before what can't be undone, in the page's own dialog.
function askFirst(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.agreed) {
      delete form.dataset.agreed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    const question = document.createElement("p");
    question.id = "ask-words";
    question.textContent = form.dataset.confirm;
    dialog.setAttribute("aria-labelledby", question.id);
    const row = document.createElement("div");
    row.className = "form-end";
    const no = button(words.wordCancel, "btn btn-link", () => dialog.close());
    const label = submitter?.cloneNode(true);
    for (const unseen of label?.querySelectorAll(".visually-hidden") ?? []) unseen.remove();
    const yes = button(label?.textContent.trim() || words.wordYes, submitter?.className || "btn btn-primary", () => {
      dialog.close();
      form.dataset.agreed = "yes";
      form.requestSubmit(submitter);
    });
    row.append(no, yes);
    // What is to be chosen with it stands in the form where there is no script; its fields name their form.
    const choice = form.querySelector("[data-ask]");
    dialog.append(question, ...(choice ? [choice] : []), row);
    dialog.addEventListener("close", () => {
      if (choice) form.prepend(choice);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    (form.dataset.confirmFocus === "yes" ? yes : no).focus();
  });
}

function button(label, style, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.className = style;
  made.addEventListener("click", press);
  return made;
}

// Filters apply as soon as they are chosen; typed words wait for Enter or the button.
function applyAtOnce(form) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });
}

// Menus close at Escape and at a click elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Time left is read again each minute while it is short; a page left open says nothing false.
function refreshTimes() {
  const now = Date.now() + clockOffset;
  const french = document.documentElement.lang.startsWith("fr");
  for (const shown of document.querySelectorAll("[data-until]")) {
    const minutes = Math.floor((Date.parse(shown.dataset.until) - now) / 60000);
    const text = shown.querySelector("[data-left]");
    if (!text || minutes < 1 || minutes >= 1440) continue;
    const hours = Math.floor(minutes / 60);
    const rest = french ? String(minutes % 60).padStart(2, "0") : `${minutes % 60}\u00a0min`;
    const left = hours ? `${hours}\u00a0h\u00a0${rest}` : `${minutes}\u00a0min`;
    text.textContent = words.wordIn.replace("{left}", left);
  }
}

// The server's clock is the one that counts.
const clockOffset = words.now ? Date.parse(words.now) - Date.now() : 0;

for (const form of document.querySelectorAll("form[data-confirm]")) askFirst(form);
for (const form of document.querySelectorAll("form[data-once]")) guardOnce(form);
for (const form of document.querySelectorAll("form[data-auto]")) applyAtOnce(form);
document.querySelector(".form-errors")?.focus();
setInterval(refreshTimes, 60000);
