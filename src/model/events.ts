import type { ErrorCode } from "./errors.ts";
import type { Outcome } from "./outcome.ts";
import type { RequestType } from "./request.ts";

/** What happens during an export, as it happens. Events hold names, counts and codes; never a record's value or the subject's identifiers. */
export type ExportEvent = { readonly requestId: string } & (
  | { readonly type: "started"; readonly requestType: RequestType; readonly datasets: readonly string[] }
  /** The request is in the journal of a durable spool, with so many parts to collect. */
  | { readonly type: "begun"; readonly parts: number }
  | ({
      readonly type: "partStarted";
      /** Whether an earlier run had begun it. */
      readonly again: boolean;
      /** Records that are safe and are not read again. */
      readonly records: number;
    } & PartOfDataset)
  | ({ readonly type: "checkpoint"; readonly records: number } & PartOfDataset)
  | ({ readonly type: "partSealed"; readonly records: number } & PartOfDataset)
  | { readonly type: "datasetStarted"; readonly dataset: string; readonly expected: number | null }
  | { readonly type: "page"; readonly dataset: string; readonly records: number; readonly read: number }
  | {
      readonly type: "retry";
      readonly dataset: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly code: ErrorCode;
      readonly resumed: boolean;
    }
  | {
      readonly type: "identityRetry";
      /** The kind of identity that is being resolved. */
      readonly identity: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly code: ErrorCode;
    }
  | {
      readonly type: "datasetEnded";
      readonly dataset: string;
      readonly outcome: Outcome;
      readonly read: number;
      readonly durationMs: number;
    }
  | { readonly type: "assembled"; readonly dataset: string; readonly compressedBytes: number }
  | {
      readonly type: "delivered";
      /** Of all zips together. */
      readonly bytes: number;
      /** Of the last zip. */
      readonly sha256: string;
      /** How many zips. */
      readonly parts: number;
      readonly durationMs: number;
    }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly durationMs: number }
);

interface PartOfDataset {
  readonly dataset: string;
  /** Index of the partition; null where the dataset is one part. */
  readonly partition: number | null;
}
