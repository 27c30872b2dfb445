import { complain } from "./terminal.ts";

let lost: NodeJS.ErrnoException | undefined;

/** Notices what becomes of the output streams: without it the first broken one would end the process, in the midst of an export. */
export function watchOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // `portmanteau plan | head` closes the pipe early: that is no failure.
    if (error.code !== "EPIPE") lost ??= error;
  });
  process.stderr.on("error", () => {}); // nobody is left to tell; the exit code says it
}

/**
 * Ends the process when its output is written. It does not wait for anything else: a connection that the configuration leaves open must not
 * keep a command from ending.
 */
export async function end(exitCode: number): Promise<never> {
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // An export to standard output that fails has destroyed it with its own error, which is reported already.
  if (lost === undefined || exitCode !== 0) process.exit(exitCode);
  // What was asked for did not arrive, whatever was done.
  complain(`error: Standard output cannot be written: ${lost.code ?? lost.message}.`, "red");
  await flushed(process.stderr);
  process.exit(1);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writable)
      stream.write("", () => setImmediate(resolve)); // an error is emitted after the callback
    else setImmediate(resolve);
  });
}
