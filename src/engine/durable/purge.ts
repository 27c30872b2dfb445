import type { DurableOptions } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { Clock } from "../../model/ports.ts";
import { calling } from "./calling.ts";
import { getDocument, names } from "./documents.ts";
import { askKey, folderIn, Vault } from "./vault.ts";

/**
 * Removes every object of a request. The request itself goes first: whoever works on it stops at the next checkpoint, and what a purge
 * that breaks off leaves is an orphan, which the next `purgeExpired` removes whatever its age.
 */
export async function purgeFolder(vault: Vault): Promise<void> {
  await vault.delete(names.begun);
  // A run that had not noticed yet may have put one more.
  for (let left = await vault.names(); left.length > 0; left = await vault.names())
    for (const name of left) await vault.delete(name);
}

/** Purges the requests whose time is over, and orphans. @returns how many requests */
export async function purgeExpired({ spool, key }: DurableOptions, clock: Clock): Promise<number> {
  const master = await askKey(key);
  /** One object tells whose a folder is. */
  const folders = new Map<string, string>();
  await calling(
    spool.name,
    "list its objects",
    async () => {
      for await (const path of spool.list("")) {
        const folder = folderIn(path);
        if (folder !== undefined && !folders.has(folder)) folders.set(folder, path.slice(folder.length + 1));
      }
    },
    undefined,
  );
  let purged = 0;
  let unreadable = 0;
  for (const [folder, first] of folders) {
    const vault = new Vault(spool, master, folder, undefined);
    try {
      const begun = await getDocument(vault, "begun", names.begun);
      if (begun === undefined) await purgeOrphan(vault, first);
      else if (Date.parse(begun.expiresAt) <= clock()) {
        await purgeFolder(vault);
        purged++;
      }
    } catch (error) {
      if (!PortmanteauError.is(error) || error.code !== "JOURNAL_CORRUPT") throw error;
      unreadable++;
    }
  }
  if (unreadable === 0) return purged;
  throw new PortmanteauError(
    "JOURNAL_CORRUPT",
    `${purged} requests were purged. ${unreadable} in the durable spool "${spool.name}" could not be judged: their objects do not open with this key, or their bytes changed. They are left; purge them by their ids.`,
  );
}

/** Objects without their request, listed before it was found gone: none of them is one that was begun since. */
async function purgeOrphan(vault: Vault, first: string): Promise<void> {
  await vault.get(first); // throws when it is not ours
  for (const name of await vault.names()) {
    if ((await vault.get(names.begun)) !== undefined) return;
    await vault.delete(name);
  }
}
