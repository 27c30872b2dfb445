import { createDownloadToken, type DownloadKey } from "portmanteau/downloads";
import { dueAtOf, isOpen } from "portmanteau/workflow";
import type { StoredRequest } from "./store.ts";

/** What a person is told of their request: by the page, and as JSON to its script. */
export interface View {
  readonly id: string;
  readonly words: string;
  readonly isOpen: boolean;
  /** Between 0 and 1; null while nobody knows. */
  readonly done: number | null;
  /** Where the file is. The link is good in this person's sessions only. */
  readonly download: string | null;
}

export function viewOf({ record, account, progress }: StoredRequest, key: DownloadKey, now: number): View {
  const { id, state, delivery } = record;
  const until = delivery?.expiresAt ? new Date(delivery.expiresAt) : undefined;
  const isThere = (state === "delivered" || state === "partial") && until !== undefined && until.getTime() > now;
  return {
    id,
    words: wordsOf(record, isThere),
    isOpen: isOpen(state),
    done: progress === null || progress.expected === 0 ? null : Math.min(1, progress.records / progress.expected),
    download: isThere
      ? `/downloads/${createDownloadToken({ key, bundle: id, subject: account, expiresAt: until })}`
      : null,
  };
}

function wordsOf(record: StoredRequest["record"], isThere: boolean): string {
  const { state, delivery } = record;
  const due = `You have our answer by ${day(dueAtOf(record))} at the latest.`;
  switch (state) {
    case "received":
    case "planned":
      return `We have your request and begin soon. ${due}`;
    case "collecting":
      return `We are collecting your records. ${due}`;
    case "packing":
      return `We are packing your records into one file. ${due}`;
    case "failed":
      return `Something went wrong here, and we are mending it. You need do nothing. ${due}`;
    case "cancelled":
      return "You cancelled this request. What had been collected is deleted.";
    case "delivered":
    case "partial":
    case "expired": {
      const until = day(delivery?.expiresAt ?? "");
      if (!isThere) return `Your file was there until ${until}, and is deleted. You can ask again.`;
      return state === "partial"
        ? `Your file is ready until ${until}. Something is missing: its first page says what.`
        : `Your file is ready until ${until}.`;
    }
    default:
      throw new TypeError(`Unknown state: ${state satisfies never}`);
  }
}

function day(time: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(time));
}
