import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "./arguments.ts";
import type { CliConfig } from "./config.ts";

const names = ["portmanteau.config.ts", "portmanteau.config.mts", "portmanteau.config.js", "portmanteau.config.mjs"];

/** Loads the configuration, TypeScript without a build step, and gives it to `use`; it is closed on every path. */
export async function withConfig<T>(path: string | undefined, use: (config: CliConfig) => Promise<T>): Promise<T> {
  const file = resolve(path ?? (await found()));
  await access(file).catch(() => {
    throw new UsageError(`The configuration ${file} cannot be read.`);
  });
  const { createJiti } = await import("jiti");
  const loaded: unknown = await createJiti(import.meta.url).import(file, { default: true });
  if (!isConfig(loaded)) throw new UsageError(`${file} must export defineConfig({ exporter }) by default.`);
  try {
    return await use(loaded);
  } finally {
    await loaded.close?.();
  }
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
