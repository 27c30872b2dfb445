import { PortmanteauError } from "../index.ts";
import { complain, printError } from "./terminal.ts";

/** The exit code after each signal that stops a command: 128 and the signal's number, as shells have it. */
export const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a command that signals abort in order: everything is closed and nothing is left. The second signal ends the process at once.
 *
 * @returns the command's exit code; that of the signal when it stopped the command
 */
export async function stoppable(run: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  let stoppedWith: number | undefined;
  const listeners = Object.entries(signalCodes).map(([signal, exitCode]) => {
    const listener = () => {
      if (stoppedWith !== undefined) process.exit(stoppedWith);
      stoppedWith = exitCode;
      stop.abort();
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  try {
    // A signal that comes too late, with the bundle already delivered, changes nothing.
    return await run(stop.signal);
  } catch (error) {
    const isOurs = error === stop.signal.reason || (PortmanteauError.is(error) && error.code === "ABORTED");
    if (stoppedWith === undefined || !isOurs) throw error;
    if (PortmanteauError.is(error)) printError(error);
    else complain("Stopped.");
    return stoppedWith;
  } finally {
    for (const remove of listeners) remove();
  }
}

/** For what cannot be aborted, and leaves nothing behind when it is not waited for. @throws the signal's reason */
export async function orStopped<T>(signal: AbortSignal, running: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([running, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
