// Comfort only: a piece of a page that changes by itself is asked for again until it says that it has ended.

const REST = 2000;

const rest = () => new Promise((done) => setTimeout(done, REST));

async function follow(piece) {
  while (piece.dataset.poll && piece.isConnected) {
    await rest();
    if (document.hidden) continue;
    let answer;
    try {
      answer = await fetch(piece.dataset.poll, { redirect: "error" });
    } catch {
      continue;
    }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-piece]");
    if (!fresh) return;
    piece.replaceWith(fresh);
    piece = fresh;
    // The rest of the page, with what the run brought, is of before: it is read again once.
    if (!piece.dataset.poll) location.reload();
  }
}

for (const piece of document.querySelectorAll("[data-poll]")) follow(piece);
