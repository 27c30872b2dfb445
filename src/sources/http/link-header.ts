/** A link of a `Link` header (RFC 8288). */
interface Link {
  readonly target: string;
  readonly params: ReadonlyMap<string, string>;
}

/**
 * The target of the link with this relation, as written; nothing when there is none.
 *
 * @throws {SyntaxError} when the header is malformed: what cannot be read may hold the link
 */
export function linkTo(relation: string, header: string): string | undefined {
  // A link with an anchor is one of another resource.
  const found = parseLinks(header).find(
    ({ params }) =>
      !params.has("anchor") && (params.get("rel") ?? "").toLowerCase().split(/\s+/).includes(relation.toLowerCase()),
  );
  return found?.target;
}

const space = /[ \t]*/y;
const separator = /[ \t,]*/y;
const target = /<([^<>]*)>/y;
const param = /;[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)[ \t]*(?:=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^ \t;,"]*)))?)?[ \t]*/y;

function parseLinks(header: string): Link[] {
  const links: Link[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (take(separator); at < header.length; take(separator)) {
    if (links.length > 0 && header[at - 1] !== "," && !/,[ \t]*$/.test(header.slice(0, at)))
      throw new SyntaxError("A Link header is malformed.");
    const [, uri] = take(target) ?? [];
    if (uri === undefined) throw new SyntaxError("A Link header is malformed.");
    take(space);
    const params = new Map<string, string>();
    while (header[at] === ";") {
      const [, name, quoted, bare = ""] = take(param) ?? [];
      if (name === undefined) continue;
      const key = name.toLowerCase();
      // The first of several counts, as the RFC says of `rel`.
      if (!params.has(key)) params.set(key, quoted?.replace(/\\(.)/g, "$1") ?? bare);
    }
    links.push({ target: uri, params });
  }
  return links;
}
