import type { DatabaseCoverage } from "../coverage/index.ts";
import type { Exporter } from "../engine/exporter.ts";

/** What a `portmanteau.config.ts` exports by default. */
export interface CliConfig {
  /** What the commands run. */
  readonly exporter: Exporter;
  /** For `portmanteau coverage`: the databases to look at, and what was decided on what no dataset gives. */
  readonly coverage?: readonly DatabaseCoverage[];
  /** Called when the command ends, on every path: close pools and files here. */
  readonly close?: () => Promise<void> | void;
}

/** Types a configuration file. */
export function defineConfig(config: CliConfig): CliConfig {
  return config;
}
