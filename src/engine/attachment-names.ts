import { foldedName, safeFileName } from "../model/file-name.ts";

/** An identifier that is shorter may be a part of any word: it is replaced where it stands alone. */
const shortIdentifier = 6;

/**
 * Names the files of one dataset, each once, in the order they are asked for: safe names, without the subject's identifiers, numbered
 * where some system would take two for one.
 */
export class AttachmentNames {
  readonly #identifiers: readonly RegExp[];
  readonly #used = new Set<string>();
  /** The last number that a name was given. */
  readonly #numbers = new Map<string, number>();

  /** @param identifiers of the subject: none of them stands in a name */
  constructor(identifiers: readonly string[]) {
    this.#identifiers = [...identifiers].sort((a, b) => b.length - a.length).flatMap(patternOf);
  }

  /** The name of the next file. @param original what the source calls it */
  next(original: string): string {
    let anonymous = original.toWellFormed().normalize("NFC");
    for (const identifier of this.#identifiers) anonymous = anonymous.replace(identifier, "subject");
    const safe = safeFileName(anonymous);
    const folded = foldedName(safe);
    for (let number = this.#numbers.get(folded) ?? 1; ; number++) {
      const name = number === 1 ? safe : safeFileName(safe, ` (${number})`);
      const key = foldedName(name);
      if (this.#used.has(key)) continue;
      this.#used.add(key);
      this.#numbers.set(folded, number);
      return name;
    }
  }
}

function patternOf(identifier: string): RegExp[] {
  const text = identifier.toWellFormed().normalize("NFC").trim();
  if (text === "") return [];
  const literal = text.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&");
  const alone = `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
  return [new RegExp(text.length < shortIdentifier ? alone : literal, "giu")];
}
