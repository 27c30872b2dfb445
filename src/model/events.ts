import type { ErrorCode } from "./errors.ts";
import type { Outcome } from "./outcome.ts";
import type { RequestType } from "./request.ts";

/** What the exporter was called for. */
export type Operation = "export" | "resume" | "begin" | "collectPart" | "assemble";

/**
 * What happens during an export, as it happens. Events hold names, counts and codes; never a record's value or the subject's identifiers.
 *
 * @example
 * ```ts
 * await exporter.export(request, { to, onEvent: (event) => event.type === "retry" && console.warn(event.dataset, event.code) });
 * ```
 */
export type ExportEvent = {
  readonly requestId: string;
  /** Which call of an exporter it is of: a number of its own in this process. Several may be under way for one request. */
  readonly run: number;
} & (
  | {
      /** First of all events of a call, while the caller's own context still holds. */
      readonly type: "runStarted";
      readonly operation: Operation;
      /** Of `collectPart`; null for all others. */
      readonly part: PartOfDataset | null;
    }
  | {
      /** Last of all events of a call, however it ended. */
      readonly type: "runEnded";
      readonly operation: Operation;
      /** Of the error that the call threw; `UNKNOWN` for one that is none of this package's, null when it threw none. */
      readonly code: ErrorCode | "UNKNOWN" | null;
      readonly durationMs: number;
    }
  | {
      /** The request is planned. Not for one that is in the journal already. */
      readonly type: "started";
      readonly requestType: RequestType;
      readonly bundleId: string;
      /** Those that are collected. */
      readonly datasets: readonly string[];
    }
  /** The request is in the journal of a durable spool, with so many parts to collect. */
  | { readonly type: "begun"; readonly parts: number }
  | ({
      /** A part of a durable request is being collected. */
      readonly type: "partStarted";
      /** Whether an earlier run had begun it. */
      readonly again: boolean;
      /** Records that are safe and are not read again. */
      readonly records: number;
    } & PartOfDataset)
  /** So many records of a part are safe. */
  | ({ readonly type: "checkpoint"; readonly records: number } & PartOfDataset)
  /** A part of a durable request is collected to its end. */
  | ({ readonly type: "partSealed"; readonly records: number } & PartOfDataset)
  /** A dataset's source has counted, if it can, and is read from now on. */
  | { readonly type: "datasetStarted"; readonly dataset: string; readonly expected: number | null }
  /** A page came in, of so many records; `read` are in by now. */
  | { readonly type: "page"; readonly dataset: string; readonly records: number; readonly read: number }
  | {
      /** A source is asked again, after `delayMs`. */
      readonly type: "retry";
      readonly dataset: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly code: ErrorCode;
      /** Whether it goes on after the last page; from the start otherwise. */
      readonly resumed: boolean;
    }
  | {
      /** A resolver of identities is asked again, after `delayMs`. */
      readonly type: "identityRetry";
      /** The kind of identity that is being resolved. */
      readonly identity: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly code: ErrorCode;
    }
  | {
      /** A dataset has its outcome. For a durable request when it is assembled, each time. */
      readonly type: "datasetEnded";
      readonly dataset: string;
      readonly outcome: Outcome;
      readonly read: number;
      /** Records in its files; 0 where it failed. */
      readonly written: number;
      /** Records in its quarantine. */
      readonly quarantined: number;
      /** Why it is not whole. */
      readonly code: ErrorCode | null;
      /** How long collecting took; of all parts together. */
      readonly durationMs: number;
    }
  /** The zip is begun. What is sealed already goes in, and on to the destination, while the rest is being collected. */
  | { readonly type: "assembleStarted" }
  /** All files of a dataset are in the zip. */
  | { readonly type: "assembled"; readonly dataset: string; readonly compressedBytes: number }
  /** All bytes are with the destination, which is asked to make the bundle final. */
  | { readonly type: "commitStarted" }
  | {
      /** A finished bundle stands at the destination. */
      readonly type: "delivered";
      readonly completeness: "complete" | "partial";
      /** Of all zips together. */
      readonly bytes: number;
      /** Of the last zip. */
      readonly sha256: string;
      /** How many zips. */
      readonly parts: number;
      readonly durationMs: number;
    }
  /** Nothing was delivered. */
  | { readonly type: "failed"; readonly code: ErrorCode; readonly durationMs: number }
);

interface PartOfDataset {
  readonly dataset: string;
  /** Index of the partition; null where the dataset is one part. */
  readonly partition: number | null;
}
