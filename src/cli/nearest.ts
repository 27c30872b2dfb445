/** The one of `names` that was most probably meant by `typed`; nothing when none is near. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const meant = typed.toLowerCase();
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of names) {
    // What is half written is near, however much is missing: "cov" is coverage.
    const edits = meant.length >= 3 && name.startsWith(meant) ? 1 : distance(meant, name);
    if (edits < (best?.edits ?? Number.POSITIVE_INFINITY)) best = { name, edits };
  }
  return best !== undefined && best.edits <= Math.max(1, Math.floor(meant.length / 3)) ? best.name : undefined;
}

/** `. Did you mean export?`, or a full stop. */
export function orMeant(typed: string, names: readonly string[], prefix = ""): string {
  const name = nearest(typed, names);
  return name === undefined ? "." : `. Did you mean ${prefix}${name}?`;
}

/** How many letters are to be put in, taken out, changed, or swapped with the next one. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] as number;
}
