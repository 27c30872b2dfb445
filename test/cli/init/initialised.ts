import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openBundle, verifyBundle } from "portmanteau";
import { expect } from "vitest";
import tsconfig from "../../../tsconfig.json" with { type: "json" };
import { emptyFolder } from "../../support/exporting.ts";
import { portmanteau, type Ran } from "../running.ts";

const root = resolve(import.meta.dirname, "../../..");

/** The package's names, as its sources. */
const paths = Object.fromEntries(
  Object.entries(tsconfig.compilerOptions.paths).map(([name, [path]]) => [name, join(root, path ?? "")]),
);

/** A configuration that `portmanteau init` has written, in a folder of its own. */
export interface Initialised {
  readonly folder: string;
  /** A copy of what it wrote. */
  readonly generated: string;
  /** What it printed. */
  readonly said: string;
  text(): string;
  /** Answers every mark: each guess is right. */
  accept(): void;
  run(...args: readonly string[]): Promise<Ran>;
}

export function inFolder(folder: string) {
  return (...args: readonly string[]): Promise<Ran> => portmanteau(args, { cwd: folder });
}

export async function initialised(
  address: string,
  { args = [], folder = emptyFolder() }: { readonly args?: readonly string[]; readonly folder?: string } = {},
): Promise<Initialised> {
  const run = inFolder(folder);
  const made = await run("init", address, ...args);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const file = join(folder, "portmanteau.config.ts");
  const text = () => readFileSync(file, "utf8");
  const generated = join(folder, "generated.ts");
  writeFileSync(generated, text());
  return {
    folder,
    generated,
    said: made.stdout.toString(),
    text,
    accept: () => writeFileSync(file, text().replaceAll(/(["'])REVIEW: /g, "$1")),
    run,
  };
}

/** What the type checker says of configurations, answered or not, with the options of this repository: strict, and more. */
export function typeErrors(made: readonly Initialised[]): string {
  const { include: _, ...config } = tsconfig;
  const compilerOptions = {
    ...config.compilerOptions,
    paths: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, [path]])),
    typeRoots: [join(root, "node_modules/@types")],
  };
  const file = join(emptyFolder(), "tsconfig.json");
  const files = made.flatMap(({ folder, generated }) => [join(folder, "portmanteau.config.ts"), generated]);
  writeFileSync(file, JSON.stringify({ compilerOptions, files }));
  return spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", file], { encoding: "utf8" }).stdout;
}

/** What the formatter would change. */
export function formatErrors({ folder }: Initialised): string {
  const file = join(folder, "portmanteau.config.ts");
  const args = ["format", `--config-path=${root}`, file];
  const { status, stdout, stderr } = spawnSync(join(root, "node_modules/.bin/biome"), args, { encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

// biome-ignore lint/suspicious/noExplicitAny: records of databases that nobody has types for
type Records = Readonly<Record<string, readonly any[]>>;

/** Answers the marks, plans, exports and verifies as one person; gives the records of every dataset. */
export async function exportedFor(subject: string, { folder, accept, run }: Initialised): Promise<Records> {
  accept();
  expect(await run("plan", "--subject", subject)).toMatchObject({ code: 0, stderr: "" });
  const exported = await run("export", "--subject", subject, "--out", "bundle.zip");
  expect(exported.code, exported.stderr).toBe(0);
  expect(exported.stdout.toString()).toMatch(/^Complete: /);
  const verification = verifyBundle(join(folder, "bundle.zip"));
  expect(await listed(verification)).toEqual([]);
  expect(await verification.summary()).toMatchObject({ sound: true, complete: true });
  const bundle = await openBundle(join(folder, "bundle.zip"));
  const records: Record<string, unknown[]> = {};
  for (const { name } of bundle.manifest.datasets) records[name] = await listed(bundle.dataset(name).records());
  bundle.close();
  return records as Records;
}

async function listed<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}
