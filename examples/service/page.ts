import type { View } from "./view.ts";

/** The page of somebody who is signed in. It needs no script: `page.client.js` spares the reloading. */
export function personPage(account: string, view: View | undefined): string {
  return document(`
    ${view === undefined ? "" : requestSection(view)}
    <section id="ask" aria-labelledby="ask-title"${hidden(view?.isOpen === true)}>
      <h2 id="ask-title">Ask for your data</h2>
      <p>You get one file. Open its page to read what we hold about you, or take the tables to another service.</p>
      <form method="post" action="/requests">
        <fieldset>
          <legend>What do you want?</legend>
          <label><input type="radio" name="type" value="access" checked> Everything you hold about me</label>
          <label><input type="radio" name="type" value="portability"> What I gave you, to take elsewhere</label>
        </fieldset>
        <button>Ask for my data</button>
      </form>
    </section>
    <form class="quiet" method="post" action="/session/end"><p>Signed in as ${escaped(account)}.</p><button>Sign out</button></form>`);
}

function requestSection({ id, words, isOpen, done, download }: View): string {
  return `
    <section id="request" data-id="${id}" aria-labelledby="request-title">
      <h2 id="request-title" tabindex="-1">Your request</h2>
      <p id="words" role="status">${escaped(words)}</p>
      <progress id="progress" aria-label="Records collected" max="1"${done === null ? "" : ` value="${done}"`}${hidden(!isOpen)}></progress>
      <p id="ready"${hidden(download === null)}><a id="download" class="button" href="${download ?? "#ask"}">Download your file</a></p>
      <form id="cancel" method="post" action="/requests/${id}/cancel"${hidden(!isOpen)}><button class="second">Cancel this request</button></form>
      ${isOpen ? '<noscript><p><a href="/">See how far it is</a></p></noscript>' : ""}
    </section>`;
}

/** Part of the stub: your login has a page of its own. */
export function signInPage(accounts: readonly string[]): string {
  const options = accounts.map((account) => `<option>${escaped(account)}</option>`).join("");
  return document(`
    <form method="post" action="/session">
      <p><label>Who are you? <select name="account">${options}</select></label></p>
      <button>Sign in</button>
    </form>`);
}

function document(main: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Your data at The Shop</title>
    <link rel="stylesheet" href="/page.css">
    <script src="/page.client.js" type="module"></script>
  </head>
  <body>
    <main>
      <h1>Your data at The Shop</h1>${main}
    </main>
  </body>
</html>
`;
}

const hidden = (is: boolean) => (is ? " hidden" : "");

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
