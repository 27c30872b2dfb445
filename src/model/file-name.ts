/** So many bytes of UTF-8 leave room on every system for a folder before it, and for marks that are stored apart from their letters. */
const mostNameBytes = 150;
/** An ending that says what a file is; it is kept when a name is cut. */
const ending = /\.[A-Za-z0-9]{1,12}$/;
/** What a name may hold: letters, marks and digits of every script, and of the rest what no system and no shell reads as more than itself. */
const unsafeCharacter = /[^\p{L}\p{M}\p{Nd} ._()+,@-]/gu;
/** Windows takes these for devices, whatever their ending. */
const windowsDevice = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]) *(?:\.|$)/i;

/**
 * Makes a name that every system can write, the same for the same: Unicode NFC, no folders, no control or direction characters, no device
 * of Windows, no dot or space at its ends, at most 150 bytes of UTF-8 with its ending kept.
 *
 * @param suffix stands before the ending, and is kept when the name is cut
 */
export function safeFileName(name: string, suffix = ""): string {
  const plain = name
    .toWellFormed()
    .normalize("NFC")
    .replace(unsafeCharacter, "_")
    .replace(/[ .]+$/, "");
  const begun = /^[\p{L}\p{Nd}_]/u.test(plain) ? plain : `_${plain.replace(/^[ .-]+/, "")}`;
  const named = windowsDevice.test(begun) ? `_${begun}` : begun;
  if (suffix === "" && utf8Length(named) <= mostNameBytes) return named;
  const end = ending.exec(named)?.[0] ?? "";
  const stem = named.slice(0, named.length - end.length);
  return `${cut(stem, mostNameBytes - utf8Length(suffix) - end.length)}${suffix}${end}`;
}

/** Names that some file system takes for one are the same once they are folded. */
export function foldedName(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase();
}

/** The beginning of a text, in whole characters, without a space or dot at its end. */
function cut(text: string, mostBytes: number): string {
  let kept = "";
  let bytes = 0;
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > mostBytes) break;
    kept += character;
  }
  return kept.replace(/[ .]+$/, "");
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
