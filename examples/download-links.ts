import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { createDownloadToken, type DownloadKey, downloadHandler, openFile } from "portmanteau/downloads";

interface Export {
  readonly id: string;
  readonly accountId: string;
  /** Of `report.bundle`. */
  readonly sha256: string;
}
interface Downloads {
  readonly key: DownloadKey; // { id: "2026-06", secret: 32 random bytes }
  readonly folder: string;
  readonly find: (exportId: string) => Promise<Export | undefined>;
  readonly accountOf: (request: IncomingMessage) => string | undefined; // whose session it is
}

/** The link for an e-mail: good for a week, and only in a session of that account. */
export function linkTo({ id, accountId }: Export, key: DownloadKey): string {
  const expiresAt = new Date(Date.now() + 7 * 86_400_000);
  return `/downloads/${createDownloadToken({ key, bundle: id, subject: accountId, expiresAt })}`;
}

/** For `app.get("/downloads/:token", downloads({ … }))`. */
export function downloads({ key, folder, find, accountOf }: Downloads) {
  return downloadHandler({
    keys: [key],
    authorise: accountOf,
    async open({ bundle }) {
      const found = await find(bundle);
      const file = found && (await openFile(join(folder, `${found.id}.zip`)));
      return file && { file, sha256: found.sha256, filename: "my-data.zip" };
    },
  });
}
