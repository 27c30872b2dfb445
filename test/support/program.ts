import { basename, join } from "node:path";
import { inject } from "vitest";
import packageFile from "../../package.json" with { type: "json" };

const dist = join(inject("programs"), "dist");

/** The command line tool, as a file that Node.js starts. */
export const command = join(dist, "cli/main.js");

/** A script below test/, as a file that Node.js starts; `programs.ts` lists them. */
export const program = (path: string): string => join(dist, "scripts", `${basename(path, ".ts")}.js`);

/** `JITI_ALIAS` for a configuration that imports the package by its name: as built, and loaded once with the command line tool. */
export const aliases = JSON.stringify(
  Object.fromEntries(
    Object.entries(packageFile.exports)
      .flatMap(([name, target]) =>
        typeof target === "string"
          ? []
          : [[`portmanteau${name.slice(1)}`, join(dist, target.default.replace("./dist/", ""))]],
      )
      // jiti takes the first that begins a name.
      .reverse(),
  ),
);
