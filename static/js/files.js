// Files go ahead of their form, one by one, each with its own progress; without this file they travel with the form.

function sendAhead(field) {
  const form = field.closest("form");
  const list = field.querySelector(".upload-list");
  const said = field.dataset;
  let under = 0;
  for (const input of field.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      if (!input.multiple && files.length && !field.querySelector("input[multiple]")) list.replaceChildren();
      for (const file of files) send(file, input.name);
      if (input.id.endsWith("-camera")) input.previousElementSibling?.focus();
    });
  }
  form.addEventListener("submit", (event) => {
    if (!under) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.waiting = "yes";
    form.waitingFor = event.submitter;
  }, true);

  function send(file, name) {
    const line = document.createElement("li");
    const title = document.createElement("span");
    title.className = "upload-name";
    title.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", `${said.wordSending} ${file.name}`);
    line.append(title, bar);
    list.append(line);
    if (file.size > Number(said.largest)) return refuse(line, bar, said.wordLarge);
    const request = new XMLHttpRequest();
    request.open("POST", said.upload);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("X-CSRFToken", form.elements.csrf_token?.value ?? "");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response?.token) accept(line, bar, name, request.response);
      else refuse(line, bar, request.response?.error || said.wordFailed);
      settled();
    });
    request.addEventListener("error", () => {
      refuse(line, bar, said.wordFailed);
      settled();
    });
    under += 1;
    request.send(file);
  }

  function accept(line, bar, name, answer) {
    line.className = "upload-done";
    line.querySelector(".upload-name").textContent = answer.name;
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = `${name}-kept`;
    token.value = answer.token;
    const away = document.createElement("button");
    away.type = "button";
    away.className = "btn btn-link btn-sm";
    away.textContent = said.wordRemove;
    away.addEventListener("click", () => line.remove());
    bar.replaceWith(token, away);
    for (const words of answer.remarks) {
      const remark = document.createElement("span");
      remark.className = "file-remark";
      remark.textContent = words;
      line.append(remark);
    }
  }

  function refuse(line, bar, words) {
    const wrong = document.createElement("p");
    wrong.className = "field-error";
    wrong.setAttribute("role", "alert");
    wrong.textContent = words;
    bar.replaceWith(wrong);
  }

  function settled() {
    under -= 1;
    if (under) return;
    // What went ahead doesn't travel a second time with the form.
    for (const input of field.querySelectorAll("input[type=file]")) input.value = "";
    if (form.dataset.waiting && !list.querySelector(".field-error")) {
      delete form.dataset.waiting;
      form.requestSubmit(form.waitingFor);
    }
    delete form.dataset.waiting;
  }
}

for (const field of document.querySelectorAll("[data-upload]")) sendAhead(field);
