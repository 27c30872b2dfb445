import { randomBytes } from "node:crypto";
import { lstat, readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";

/** A file that nobody has touched for so long has nobody who writes it: its process was killed. */
const abandonedAfterMs = 3_600_000;
/** Whoever writes one touches it so often, however slow its records come. */
const touchEveryMs = 600_000;

/** The name of the temporary file of `name`, beside it: `.NAME.XXXX.partial`. */
export function partialName(name: string): string {
  return `.${name}.${randomBytes(6).toString("hex")}.partial`;
}
const isPartial = (name: string) => /^\..+\.[0-9a-f]{12}\.partial$/.test(name);

/** Shows all others that the file is being written, until what it returns is called. */
export function keepTouched(file: string): () => void {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {}); // it is in its place, or gone
  }, touchEveryMs).unref();
  return () => clearInterval(timer);
}

/** When each directory was last looked through. */
const swept = new Map<string, number>();

/** Removes what killed processes left in a directory. It looks once an hour, and lets everything be that it may not remove. */
export async function removeAbandoned(directory: string): Promise<void> {
  const now = Date.now();
  if (now - (swept.get(directory) ?? Number.NEGATIVE_INFINITY) < abandonedAfterMs) return;
  if (swept.size >= 1_000) swept.clear();
  swept.set(directory, now);
  for (const name of (await readdir(directory).catch(() => [])).filter(isPartial)) {
    const file = join(directory, name);
    const found = await lstat(file).catch(() => undefined);
    if (found?.isFile() && now - found.mtimeMs > abandonedAfterMs) await rm(file, { force: true }).catch(() => {});
  }
}
