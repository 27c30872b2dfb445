import { typeName } from "./schema-types.ts";

/** The files of a new source, by their names. `name` is in lower case with hyphens. */
export function sourceScaffold(name: string): ReadonlyMap<string, string> {
  const type = typeName(name);
  const factory = `${type.charAt(0).toLowerCase()}${type.slice(1)}Source`;
  return new Map([
    [`${name}-source.ts`, sourceText(name, type, factory)],
    [`${name}.schema.json`, schemaText(type)],
    [`${name}-source.test.ts`, testText(name, type, factory)],
    ["README.md", readmeText(name, type, factory)],
  ]);
}

const sourceText = (
  name: string,
  type: string,
  factory: string,
) => `import { type Cursor, PortmanteauError, type Source } from "portmanteau";

/** One record, as ${name}.schema.json describes it, with the key of its owner. */
export interface ${type}Record {
  readonly id: string;
  readonly ownerId: string;
  readonly text: string;
  readonly createdAt: string;
}

/** The part of the system's client that is called here: only this needs to be there. */
export interface ${type}Client {
  /** At most \`limit\` records of one owner, in the order of their ids, all of them greater than \`after\`. */
  list(query: {
    readonly ownerId: string;
    readonly after: string;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<readonly ${type}Record[]>;
  /** How many there are, by the system's own count. */
  count(query: { readonly ownerId: string; readonly signal: AbortSignal }): Promise<number>;
}

/** Reads one person's records, page by page behind the last id. */
export function ${factory}({ client }: { readonly client: ${type}Client }): Source<${type}Record> {
  return {
    name: "${name}",
    capabilities: { resume: "cursor", partitions: false, count: true, attachments: false },
    async *read({ subject, after: start, pageRecords: limit, signal }) {
      let after = idOf(start);
      for (;;) {
        const query = { ownerId: subject.id, after, limit, signal };
        const records = await ask("The list", signal, () => client.list(query));
        const last = records.at(-1);
        if (last !== undefined) {
          after = last.id;
          yield { records, cursor: after };
        }
        if (records.length < limit) return;
      }
    },
    count: ({ subject, signal }) => ask("The count", signal, () => client.count({ ownerId: subject.id, signal })),
  };
}

/** The cursor that comes back is one of ours; another one would start from a place that nobody meant. */
function idOf(cursor: Cursor | undefined): string {
  if (cursor === undefined) return "";
  if (typeof cursor === "string") return cursor;
  throw new PortmanteauError("SOURCE_CONTRACT", "The cursor to continue after was not made by this source.");
}

/** Calls the client. Its errors become ours, in our own words: a client's can quote data. */
async function ask<T>(what: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await call();
  } catch (cause) {
    signal.throwIfAborted();
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const retryable = /^E(?:CONN|PIPE|TIMEDOUT|AI_AGAIN|HOSTUNREACH|NETUNREACH)/.test(code);
    throw new PortmanteauError(retryable ? "SOURCE_UNAVAILABLE" : "SOURCE_FAILED", \`\${what} of ${name} failed.\`, {
      retryable,
      cause,
    });
  }
}
`;

const schemaText = (type: string) =>
  `${JSON.stringify(
    {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: type,
      type: "object",
      additionalProperties: false,
      required: ["id", "text", "createdAt"],
      properties: {
        id: { type: "string", title: "Number" },
        text: { type: "string", title: "Text" },
        createdAt: { type: "string", format: "date-time", title: "Created" },
      },
    },
    null,
    2,
  )}\n`;

const testText = (name: string, type: string, factory: string) => `import { after, describe, it } from "node:test";
import { sourceContract } from "portmanteau/testing";
import { type ${type}Client, type ${type}Record, ${factory} } from "./${name}-source.ts";

type State = "well" | "unreachable" | "refusing" | "hanging";

/** Stands for the system until a real one does: a server in this process, or a database that the test makes and drops. */
class InMemory implements ${type}Client {
  fetched = 0;
  records: readonly ${type}Record[];
  readonly state: State;
  constructor(records: readonly ${type}Record[], state: State = "well") {
    this.records = records;
    this.state = state;
  }
  async list({ ownerId, after, limit, signal }: Parameters<${type}Client["list"]>[0]) {
    await this.answer(signal);
    const found = this.records.filter((record) => record.ownerId === ownerId && record.id > after);
    const page = found.sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, limit);
    this.fetched += page.length;
    return page.map((record) => ({ ...record }));
  }
  async count({ ownerId, signal }: Parameters<${type}Client["count"]>[0]) {
    await this.answer(signal);
    return this.records.filter((record) => record.ownerId === ownerId).length;
  }
  async answer(signal: AbortSignal) {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.state === "unreachable") throw Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    if (this.state === "refusing") throw new Error("there is no such table");
    if (this.state === "hanging")
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  }
}

function recordsOf(ownerId: string, count: number): ${type}Record[] {
  return Array.from({ length: count }, (_, index) => ({
    id: \`\${ownerId}-\${String(index).padStart(3, "0")}\`,
    ownerId,
    text: \`what \${ownerId} wrote as number \${index}\`,
    createdAt: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
  }));
}

sourceContract(
  "${name}",
  () => {
    const [expected, others] = [recordsOf("ada-1815", 20), recordsOf("bob-1912", 3)];
    const system = new InMemory([...expected, ...others]);
    const over = (state: State) => ${factory}({ client: new InMemory(system.records, state) });
    return {
      source: ${factory}({ client: system }),
      subject: { id: "ada-1815" },
      expected,
      other: { subject: { id: "bob-1912" }, expected: others },
      nobody: { id: "eve-1936" },
      fetched: () => system.fetched,
      write: {
        async insert(count) {
          const added = recordsOf("ada-1815", count).map((record) => ({ ...record, id: \`ada-0-\${record.id}\` }));
          system.records = [...system.records, ...added];
        },
        async delete(records) {
          const gone = new Set(records.map(({ id }) => id));
          system.records = system.records.filter(({ id }) => !gone.has(id));
        },
      },
      unreachable: over("unreachable"),
      refused: over("refusing"),
      hanging: over("hanging"),
    };
  },
  { describe, it, after },
);
`;

const readmeText = (name: string, type: string, factory: string) => `# ${type}

A source for Portmanteau: one person's records, page by page.

| file | what |
|---|---|
| \`${name}-source.ts\` | the source, over \`${type}Client\`: the two calls of the system that it needs |
| \`${name}.schema.json\` | what a record may hold, and so what leaves. Fields that it does not name stay behind |
| \`${name}-source.test.ts\` | the contract of a source, over a system in memory |

\`\`\`sh
node --import jiti/register --test ${name}-source.test.ts   # Node.js 24 needs no --import
\`\`\`

To make it yours:

1. Describe the record in the schema, with titles for people and \`x-privacy\` where it is due. \`portmanteau types ${name}.schema.json\` writes
   its type.
2. Let \`${type}Client\` be the calls of your client, with \`signal\` in each, and map what they give to plain JSON values.
3. Put a real system into the test in place of \`InMemory\`: the contract finds what goes wrong there.

\`\`\`ts
defineDataset({
  name: "${name}",
  title: "${type}",
  schema, // ${name}.schema.json
  subjectField: "/ownerId", // on every record; it is checked, and does not leave
  privacy: { category: "…", purposes: ["dpv:ServiceProvision"], legalBasis: "eu-gdpr:A6-1-b", origin: "provided", retention: { criteria: "…" } },
  source: ${factory}({ client }),
});
\`\`\`
`;
