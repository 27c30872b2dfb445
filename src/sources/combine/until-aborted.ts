import { PortmanteauError } from "../../model/errors.ts";

/** What `promise` gives, or `ABORTED` as soon as the signal says so: what was asked for then is nobody's any more. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop!: () => void;
  const stopped = new Promise<never>((_, reject) => {
    stop = () =>
      reject(new PortmanteauError("ABORTED", "The lookup was aborted with its read.", { cause: signal.reason }));
  });
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
