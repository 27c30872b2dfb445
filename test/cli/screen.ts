/** The lines that stand on a terminal of so many columns after a text with the few control sequences that this package writes. */
export function screenAfter(text: string, columns: number): readonly string[] {
  const lines: string[] = [""];
  let [row, column] = [0, 0];
  for (const [token] of text.matchAll(/\x1b\[(\d*)([A-Za-z])|[^\x1b]/g)) {
    const [, number = "1", letter] = /^\x1b\[(\d*)([A-Za-z])$/.exec(token) ?? [];
    if (letter === "A") row = Math.max(row - Number(number), 0);
    else if (letter === "K") lines[row] = (lines[row] ?? "").slice(0, column);
    else if (letter === "J") lines.splice(row, lines.length, (lines[row] ?? "").slice(0, column));
    else if (letter === "m") continue;
    else if (letter !== undefined) throw new Error(`A control sequence that is not known here: ${letter}`);
    else if (token === "\n") [row, column] = [row + 1, 0];
    else {
      const line = (lines[row] ?? "").padEnd(column);
      lines[row] = line.slice(0, column) + token + line.slice(column + 1);
      if (++column === columns) [row, column] = [row + 1, 0];
    }
    lines[row] ??= "";
  }
  return lines.filter((line) => line !== "");
}
