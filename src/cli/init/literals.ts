/** TypeScript, as the formatter would write it. */

export const lineWidth = 120;

/** A text as a literal, in the quotes that need fewer escapes. */
export function quoted(text: string): string {
  const double = JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
  const count = (quote: string) => text.split(quote).length;
  if (count('"') <= count("'")) return double;
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A template literal without a single substitution, its lines under each other. */
export function template(lines: readonly string[], indent: number): string {
  const escaped = lines.map((line) => line.replace(/\\|`|\$\{/g, (found) => `\\${found}`).replaceAll("\r", "\\r"));
  return `\`${escaped.join(`\n${" ".repeat(indent)}`)}\``;
}

/** One line of SQL. */
export function sqlText(text: string): string {
  return /["\\\n\r]/.test(text) ? template([text], 0) : quoted(text);
}

export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** A plain value: in one line where it fits behind `column` characters, else a member a line. */
export function literal(value: unknown, indent: number, column: number, tail = 1): string {
  const flat = inline(value);
  if (column + flat.length + tail <= lineWidth || typeof value !== "object" || value === null) return flat;
  const inner = " ".repeat(indent + 2);
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${literal(item, indent + 2, indent + 2)},\n`);
    return `[\n${items.join("")}${" ".repeat(indent)}]`;
  }
  const members = Object.entries(value).map(([name, member]) => {
    const lead = `${inner}${propertyName(name)}: `;
    const text = literal(member, indent + 2, lead.length);
    return isTooLong(text, lead.length) ? `${lead.trimEnd()}\n${inner}  ${text},\n` : `${lead}${text},\n`;
  });
  return `{\n${members.join("")}${" ".repeat(indent)}}`;
}

/** A text that is too long for what is left of its line begins a new one. */
export function isTooLong(text: string, column: number): boolean {
  return /^["']/.test(text) && column + text.length + 1 > lineWidth;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${propertyName(name)}: ${inline(member)}`);
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  }
  return typeof value === "string" ? quoted(value) : String(value);
}

/** A comment of lines that are no longer than the width; names in it hold no end of line. */
export function comment(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ").split(" ")) {
    if (line !== "" && indent + 3 + line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${" ".repeat(indent)}// ${each}\n`).join("");
}
