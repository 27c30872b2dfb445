import { spawnSync } from "node:child_process";

const required = process.env["PORTMANTEAU_SERVICES"] === "required";

/**
 * Whether a program is on this machine. Where it is not, one line says so by name; with `PORTMANTEAU_SERVICES=required` it fails
 * instead.
 */
export function toolIsHere(command: string): boolean {
  const here = spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
  if (!here && required) throw new Error(`${command} is required and is not on this machine.`);
  if (!here) console.warn(`not run: ${command} is not on this machine`);
  return here;
}
