import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "./arguments.ts";
import type { CliConfig } from "./config.ts";
import { complain, printError } from "./terminal.ts";

const names = ["portmanteau.config.ts", "portmanteau.config.mts", "portmanteau.config.js", "portmanteau.config.mjs"];

/** The configuration threw an error while it was loaded: exit code 2. */
export class ConfigError extends Error {}

/**
 * Loads the configuration, TypeScript without a build step, and gives it to `use`; it is closed on every path.
 *
 * @throws {UsageError} when there is none, or it exports something else
 * @throws {ConfigError} with what it threw as `cause`
 */
export async function withConfig<T>(path: string | undefined, use: (config: CliConfig) => Promise<T>): Promise<T> {
  const file = resolve(path ?? (await found()));
  await access(file).catch(() => {
    throw new UsageError(`The configuration ${file} cannot be read.`);
  });
  const config = await load(file);
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
  for (const name of names) {
    const there = await access(name).then(
      () => true,
      () => false,
    );
    if (there) return name;
  }
  throw new UsageError(`No configuration: there is no ${names[0]} here. Name one with --config.`);
}

function isConfig(value: unknown): value is CliConfig {
  return (
    typeof value === "object" &&
    value !== null &&
    "exporter" in value &&
    typeof (value.exporter as CliConfig["exporter"] | undefined)?.export === "function"
  );
}
