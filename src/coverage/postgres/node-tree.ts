/**
 * PostgreSQL's own text of a parsed query, as its catalogue keeps it for views (`pg_rewrite.ev_action`) and for SQL functions
 * (`pg_proc.prosqlbody`): `{TAG :field value …}`, `(list)`, `<>` for nothing, everything else a word. A backslash takes the meaning from
 * the character after it.
 */
export type Tree = Node | readonly Tree[] | string | null;

export interface Node {
  readonly tag: string;
  readonly fields: ReadonlyMap<string, Tree>;
}

export function isNode(tree: Tree | undefined): tree is Node {
  return typeof tree === "object" && tree !== null && !Array.isArray(tree);
}

/** A node's field; nothing when this version of PostgreSQL does not have it. */
export function field(node: Node, name: string): Tree {
  return node.fields.get(name) ?? null;
}

/** A field that is a list; empty when it is nothing. */
export function list(node: Node, name: string): readonly Tree[] {
  const value = field(node, name);
  return Array.isArray(value) ? value : [];
}

/** A field that is a number: an index, an object id. */
export function number(node: Node, name: string): number {
  return Number(field(node, name));
}

/** @throws {SyntaxError} when the text is none of these */
export function parseTree(text: string): Tree {
  const words = text.matchAll(/[(){}]|(?:\\[\s\S]|[^\s(){}\\])+/g);
  let word = next();

  function next(): string | undefined {
    return words.next().value?.[0];
  }
  function take(): string {
    const taken = word;
    if (taken === undefined) throw new SyntaxError("PostgreSQL's text of the query ends too early.");
    word = next();
    return taken;
  }
  function until<T>(end: string, read: () => T): T[] {
    const found: T[] = [];
    while (word !== end) found.push(read());
    take();
    return found;
  }
  function value(): Tree {
    const first = take();
    if (first === "(") return until(")", value);
    if (first === "{") {
      const tag = take();
      return { tag, fields: new Map(until("}", entry)) };
    }
    if (first === "<>") return null;
    if (first === ")" || first === "}") throw new SyntaxError("PostgreSQL's text of the query is malformed.");
    return first.replace(/\\([\s\S])/g, "$1");
  }
  function entry(): [string, Tree] {
    const name = take();
    if (!name.startsWith(":")) throw new SyntaxError("PostgreSQL's text of the query has a field without a name.");
    const read = value(); // a word of its own may start with a colon, too
    if (word === "[") until("]", take); // the bytes of a constant, whose length stands before them
    return [name.slice(1), read];
  }

  const tree = value();
  if (word !== undefined) throw new SyntaxError("PostgreSQL's text of the query goes on after its end.");
  return tree;
}
