import { PortmanteauError } from "../index.ts";
import { printError } from "./terminal.ts";

/**
 * Runs a command that SIGINT and SIGTERM abort in order: everything is closed and nothing is left. The second signal ends the process at once.
 *
 * @returns the command's exit code; 130 or 143 when the signal stopped it
 */
export async function stoppable(run: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  let stoppedWith: number | undefined;
  const onSignal = (exitCode: number) => () => {
    if (stoppedWith !== undefined) process.exit(stoppedWith);
    stoppedWith = exitCode;
    stop.abort();
  };
  const [onInterrupt, onTerminate] = [onSignal(130), onSignal(143)];
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
  try {
    // A signal that comes too late, with the bundle already delivered, changes nothing.
    return await run(stop.signal);
  } catch (error) {
    const isOurs = error === stop.signal.reason || (PortmanteauError.is(error) && error.code === "ABORTED");
    if (stoppedWith === undefined || !isOurs) throw error;
    if (PortmanteauError.is(error)) printError(error);
    else process.stderr.write("Stopped.\n");
    return stoppedWith;
  } finally {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
  }
}
