/**
 * Makes the tables of records searchable and sortable. Everything it adds is added by itself, so that a page without script has no dead
 * controls. It is the same text on every page: its words come from attributes of the root, values are only ever read as text.
 */
export const script = `addEventListener("DOMContentLoaded", () => {
  const { lang, dataset: words } = document.documentElement;
  const collator = new Intl.Collator(lang, { numeric: true });
  const plain = (text) => text.normalize("NFKD").replace(/\\p{M}/gu, "").toLocaleLowerCase(lang);
  const make = (name, facts) => Object.assign(document.createElement(name), facts);

  const keyOf = (row, column, isNumber) => {
    const cell = row.cells[column];
    const time = cell.querySelector(":scope > time");
    if (time) return time.dateTime;
    const text = cell.textContent.trim();
    return isNumber && text !== "" ? Number(text.replace(",", ".")) : text;
  };
  const compare = (one, other) =>
    typeof one === "number" && typeof other === "number" ? one - other : collator.compare(one, other);

  const sortable = (table) => {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = make("button", { type: "button", title: words.sort });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const isDown = head.ariaSort === "ascending";
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.ariaSort = isDown ? "descending" : "ascending";
        const isNumber = head.classList.contains("number");
        const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row, column, isNumber) }));
        keyed.sort((one, other) => {
          if (one.key === "" || other.key === "") return (one.key === "") - (other.key === "");
          return compare(one.key, other.key) * (isDown ? -1 : 1);
        });
        body.append(...keyed.map(({ row }) => row));
      });
    });
  };

  const searchable = (frame, table) => {
    const rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => plain(row.textContent));
    const label = make("label", { className: "search", textContent: words.search });
    const box = make("input", { type: "search", autocomplete: "off", spellcheck: false });
    const hits = make("p", { className: "note hits" });
    hits.setAttribute("role", "status");
    label.append(box);
    frame.before(label, hits);
    box.addEventListener("input", () => {
      const sought = plain(box.value.trim());
      let count = 0;
      rows.forEach((row, index) => {
        row.hidden = !texts[index].includes(sought);
        if (!row.hidden) count++;
      });
      const say = count === 0 ? words.none : count === 1 ? words.one : words.many.replace("#", count);
      hits.textContent = sought === "" ? "" : say;
    });
  };

  for (const frame of document.querySelectorAll(".records")) {
    const table = frame.querySelector("table");
    if (table.tBodies[0].rows.length < 2) continue;
    sortable(table);
    if (table.tBodies[0].rows.length > 3) searchable(frame, table);
  }
});
`;
