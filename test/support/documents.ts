import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** A piece of code in a document. */
export interface Fence {
  /** Where it begins, as `docs/operating.md:12`. */
  readonly at: string;
  readonly language: string;
  readonly code: string;
  /** Why nobody runs it, out of a comment `<!-- not run: … -->` before it. */
  readonly notRun: string | undefined;
}

/** What people read: every Markdown file of the repository, by its path. */
export const documents: ReadonlyMap<string, string> = new Map(
  ["", "docs", "examples/service", "examples/vekora"]
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
    .filter((path) => path.endsWith(".md"))
    .map((path) => [path, readFileSync(join(root, path), "utf8")]),
);

/** All of them, one after the other. */
export const everyWord = [...documents.values()].join("\n");

/** The document at a path; throws where there is none. */
export function document(path: string): string {
  const text = documents.get(path);
  if (text === undefined) throw new Error(`There is no ${path}.`);
  return text;
}

export function fencesOf(path: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open: { at: string; language: string; notRun: string | undefined; lines: string[] } | undefined;
  let notRun: string | undefined;
  for (const [index, line] of document(path).split("\n").entries()) {
    if (open === undefined) {
      const language = /^```(\w*)$/.exec(line)?.[1];
      if (language !== undefined) open = { at: `${path}:${index + 1}`, language, notRun, lines: [] };
      if (line !== "") notRun = /^<!-- not run: (.+) -->$/.exec(line)?.[1];
    } else if (line === "```") {
      fences.push({ at: open.at, language: open.language, notRun: open.notRun, code: open.lines.join("\n") });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`${open.at} does not end.`);
  return fences;
}

/** The anchors of a document's headings, as they are made where Markdown is shown. */
function anchorsOf(path: string): ReadonlySet<string> {
  const headings = document(path)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, words = ""]) =>
      words
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** The links of a document that lead nowhere, but for those to other sites. */
export function brokenLinksOf(path: string): readonly string[] {
  const prose = document(path)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/`[^`\n]*`/g, "`");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : join(dirname(path), file);
    if (!existsSync(join(root, target))) return [`${path}: ${link}`];
    return anchor === undefined || anchorsOf(target).has(anchor) ? [] : [`${path}: ${link}`];
  });
}
