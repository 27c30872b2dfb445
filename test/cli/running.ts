import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { emptyFolder, noteSchema, privacy } from "../support/exporting.ts";
import { aliases, command } from "../support/program.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** More variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called as standard error grows, with all of it, and with what sends a signal. */
  readonly onStderr?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the command line tool, built, as a process of its own. */
export function portmanteau(
  args: readonly string[],
  { cwd = repository, env: more = {}, onStderr }: RunOptions = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const { FORCE_COLOR: _, ...env } = process.env;
    const child = spawn(process.execPath, [command, ...args], {
      cwd,
      env: { ...env, JITI_ALIAS: aliases, ...more },
    });
    const stdout: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      onStderr?.(stderr, (signal) => child.kill(signal));
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: Buffer.concat(stdout), stderr }));
  });
}

/** Stands in every record, in the secret and in the failing source's message; no command may print it. */
export const recordValue = "Zirkelschluss-7719";

export interface ConfigOptions {
  /** The body of the async generator that gives the notes. */
  readonly read?: string;
  /** More members of createExporter's options. */
  readonly more?: string;
  /** The body of close(). */
  readonly close?: string;
  readonly count?: string;
}

const threeNotes = `for (let id = 0; id < 3; id++) yield { id, owner: subject.id, text: "${recordValue}", password: "${recordValue}" };`;

/** A folder with a `portmanteau.config.ts` whose close() leaves the file `closed`. */
export function configured({ read = threeNotes, more = "", close = "", count = "" }: ConfigOptions = {}): string {
  const folder = emptyFolder();
  writeFileSync(
    join(folder, "portmanteau.config.ts"),
    `import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createExporter, defineConfig, defineDataset } from "portmanteau";
import { iterableSource } from "portmanteau/sources/iterable";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const notes = defineDataset({
  name: "notes",
  title: "Notes",
  schema: ${JSON.stringify(noteSchema)},
  subjectField: "/owner",
  privacy: ${JSON.stringify(privacy)},
  source: iterableSource({ async *records({ subject }) { ${read} }, ${count} }),
});
const mail = defineDataset({
  ...notes,
  name: "mail",
  title: "Mail",
  identity: "email",
  source: iterableSource({ records: [] }),
});

export default defineConfig({
  exporter: createExporter({
    controller: { name: "Acme", contact: "privacy@acme.example" },
    datasets: [notes, mail],
    excluded: [{ what: "Content you host", reason: "processor", basis: "GDPR 28" }],
    pageRecords: 1,
    retry: { attempts: 1 },
    ${more}
  }),
  async close() {
    writeFileSync(join(${JSON.stringify(folder)}, "closed"), "");
    ${close}
  },
});
`,
  );
  return folder;
}
