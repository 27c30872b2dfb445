import { createContext, Script } from "node:vm";
import { PortmanteauError } from "../model/errors.ts";

const sandbox: { step: () => unknown } = createContext({ step: () => undefined }) as never;
const script = new Script("step()");

/**
 * Runs a synchronous step, and stops it when it takes too long: a bundle brings its own schemas, and a regular expression or a list of
 * unique objects in one can take a year. V8 ends the step wherever it is, inside a regular expression too; what it was working on is lost.
 * It costs about 0.1 ms a call, so a step is some hundred records.
 *
 * @throws {PortmanteauError} `LIMIT_EXCEEDED`, and what the step throws
 */
export function withinTime<T>(limitMs: number, step: () => T): T {
  sandbox.step = step;
  try {
    return script.runInContext(sandbox as never, { timeout: limitMs }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new PortmanteauError("LIMIT_EXCEEDED", `Checking took longer than maxStepMs, ${limitMs} ms, at one place.`);
  } finally {
    sandbox.step = () => undefined; // nothing is kept alive by it
  }
}
