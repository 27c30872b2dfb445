// Keeps the page up to date while a request is open.
const at = (id) => document.getElementById(id);
const request = at("request");

while (request !== null && !at("progress").hidden) {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const answer = await fetch(`/requests/${request.dataset.id}`).catch(() => undefined);
  if (answer === undefined || answer.status >= 500) continue; // the network or the server is away for a moment
  if (!answer.ok) break; // the session ended
  const { words, isOpen, done, download } = await answer.json();

  if (at("words").textContent !== words) at("words").textContent = words; // a screen reader says it, once
  if (done !== null) at("progress").value = done;
  if (download !== null) at("download").href = download;
  // Whoever stands on a button that goes away stands on the heading then.
  if (!isOpen && at("cancel").contains(document.activeElement)) at("request-title").focus();
  at("progress").hidden = at("cancel").hidden = !isOpen;
  at("ask").hidden = isOpen;
  at("ready").hidden = download === null;
}
