import { access } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { UsageError } from "./arguments.ts";
import type { Options } from "./command.ts";
import type { CliConfig } from "./config.ts";
import { configNames, findConfig } from "./find-config.ts";
import { orStopped } from "./stop.ts";
import { complain, note, printError } from "./terminal.ts";

export const configOption = {
  config: {
    type: "string",
    value: "FILE",
    help: "the configuration",
    default: "portmanteau.config.ts, .mts, .js or .mjs, here or in a folder above, up to the repository's",
    completes: "file",
  },
} as const satisfies Options;

/** The configuration threw an error while it was loaded: exit code 2. */
export class ConfigError extends Error {}

/** There is no configuration. */
export class NoConfigError extends UsageError {}

/**
 * Loads the configuration, TypeScript without a build step, and gives it to `use`; it is closed on every path.
 *
 * @throws {UsageError} when there is none, or it exports something else
 * @throws {ConfigError} with what it threw as `cause`
 */
export async function withConfig<T>(
  path: string | undefined,
  signal: AbortSignal,
  use: (config: CliConfig) => Promise<T>,
): Promise<T> {
  const file = resolve(path ?? (await found()));
  await access(file).catch(() => {
    throw new UsageError(`The configuration ${file} cannot be read.`);
  });
  // A configuration may wait for a database at its top. What it has opened then ends with the process.
  const config = await orStopped(signal, load(file));
  try {
    return await use(config);
  } finally {
    try {
      await config.close?.();
    } catch (error) {
      // What the command did is done: a bundle stays delivered, an error stays the error.
      complain("warning: close() of the configuration threw an error.", "yellow");
      printError(error);
    }
  }
}

async function load(file: string): Promise<CliConfig> {
  // Here and not at the top: verify and inspect do not wait for a compiler.
  const { createJiti } = await import("jiti");
  let loaded: unknown;
  try {
    loaded = await createJiti(import.meta.url).import(file, { default: true });
  } catch (cause) {
    throw new ConfigError(`The configuration ${file} could not be loaded.`, { cause });
  }
  if (!isConfig(loaded)) throw new UsageError(`${file} must export defineConfig({ exporter }) by default.`);
  return loaded;
}

async function found(): Promise<string> {
  const { file, lookedIn } = await findConfig(process.cwd());
  if (file === undefined)
    throw new NoConfigError(
      `No configuration: there is no ${configNames[0]} (nor .mts, .js, .mjs) in ${lookedIn.join(", nor in ")}. Name one with --config.`,
    );
  if (lookedIn.length > 1) note(`note: the configuration is ${relative("", file)}.`);
  return file;
}

function isConfig(value: unknown): value is CliConfig {
  return (
    typeof value === "object" &&
    value !== null &&
    "exporter" in value &&
    typeof (value.exporter as CliConfig["exporter"] | undefined)?.export === "function"
  );
}
