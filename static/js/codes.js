// Comfort only: a field of codes proposes them while one types words or digits. Arrows choose, Enter takes, Escape closes.

const PAUSE = 180;

function propose(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "codes-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent.trim() ?? "");
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    input.setAttribute(name, value);
  }
  let waiting = 0;
  let asked = "";

  // What stands between two commas, where the caret is.
  function part() {
    const begin = input.value.lastIndexOf(",", input.selectionStart - 1) + 1;
    const comma = input.value.indexOf(",", input.selectionStart);
    const end = comma < 0 ? input.value.length : comma;
    return { begin, end, text: input.value.slice(begin, end).trim() };
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    if (option) input.setAttribute("aria-activedescendant", option.id);
    option?.scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    const { begin, end } = part();
    const before = input.value.slice(0, begin);
    const after = input.value.slice(end);
    const written = `${before}${before && !before.endsWith(" ") ? " " : ""}${option.dataset.code}`;
    input.value = written + after;
    input.setSelectionRange(written.length, written.length);
    close();
  }

  async function look() {
    const { text } = part();
    asked = text;
    if (text.length < 2) return close();
    const answer = await fetch(`${input.dataset.codes}?q=${encodeURIComponent(text)}`).catch(() => null);
    if (!answer?.ok || asked !== text) return;
    const found = await answer.json();
    if (asked !== text || !found.length || (found.length === 1 && found[0].code === text)) return close();
    list.replaceChildren(
      ...found.map(({ code, words }, rank) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${rank}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.code = code;
        const digits = document.createElement("strong");
        digits.textContent = code;
        option.append(digits, ` ${words}`);
        return option;
      }),
    );
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const chosen = list.querySelector("[aria-selected=true]");
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") choose(chosen?.nextElementSibling ?? list.firstElementChild);
    else if (event.key === "ArrowUp") choose(chosen?.previousElementSibling ?? list.lastElementChild);
    else if (event.key === "Enter" && chosen) take(chosen);
    else return;
    event.preventDefault();
  });
}

for (const input of document.querySelectorAll("input[data-codes]")) propose(input);

// A code that was offered takes the place of the words, without the page being sent.
for (const offered of document.querySelectorAll(".codes-offered")) {
  offered.addEventListener("click", (event) => {
    const chosen = event.target.closest("button")?.value;
    const input = document.querySelector("input[data-codes]");
    if (!chosen || !input) return;
    event.preventDefault();
    const at = chosen.indexOf(" ");
    input.value = input.value.replace(chosen.slice(at + 1), () => chosen.slice(0, at));
    offered.remove();
    input.focus();
  });
}
