import { PortmanteauError } from "../index.ts";
import { UsageError } from "./arguments.ts";
import { commands } from "./commands.ts";
import { ConfigError, NoConfigError } from "./load-config.ts";
import { complain, printError } from "./terminal.ts";

/** Codes of errors that stay until the caller changes something: files, configuration, request. */
const callersOwn: readonly string[] = [
  "READ_FAILED",
  "CONFIG_INVALID",
  "SCHEMA_UNSUPPORTED",
  "REQUEST_INVALID",
  "REQUEST_CONFLICT",
  "REQUEST_UNKNOWN",
  "RESUME_REFUSED",
];

/** Prints what ended a command. @param name the command's, where there is one @returns the exit code: 2 when the caller must change something, 1 when it failed */
export function failed(error: unknown, name: string | undefined): number {
  if (error instanceof UsageError) {
    complain(`error: ${error.message}`, "red");
    const hasInit = commands.some((command) => command.name === "init");
    if (!(error instanceof NoConfigError)) complain(`See portmanteau help${name === undefined ? "" : ` ${name}`}.`);
    else if (hasInit) complain("To begin one: portmanteau init.");
    return 2;
  }
  if (error instanceof ConfigError) {
    complain(`error: ${error.message}`, "red");
    printError(error.cause);
    return 2;
  }
  if (PortmanteauError.is(error)) {
    printError(error);
    return callersOwn.includes(error.code) ? 2 : 1;
  }
  // Everything foreign comes wrapped, but for the system's word on the FILE that was named.
  if (error instanceof Error && "syscall" in error) {
    complain(`error: ${error.message}`, "red");
    return 2;
  }
  printError(error);
  return 1;
}
