import type { Cursor, Source } from "../model/source.ts";
import type { OpenPart, PartOptions } from "./part.ts";
import type { CollectedDataset } from "./plan.ts";

/** How far the reading of a part is, between two pages. */
export interface PartProgress {
  /** After the last page that is in the part. */
  readonly cursor: Cursor;
  readonly retries: number;
  readonly fetchedAgain: number;
}

/** Lets a part outlive the process that collects it. */
export interface PartKeeper {
  /** Whether the last checkpoint is so long ago that the part should be kept again. */
  readonly isDue: boolean;
  /** Whether a source that failed ends the attempt only: its error is thrown, and the part is kept for the next. */
  readonly waitsForBetter: boolean;
  /** The part as an earlier attempt kept it; nothing when it begins anew. */
  takeUp(
    planned: CollectedDataset,
    options: PartOptions,
    partition: number | undefined,
  ): Promise<(PartProgress & { readonly part: OpenPart }) | undefined>;
  keep(part: OpenPart, progress: PartProgress): Promise<void>;
}

/**
 * Whether a part of this source is gone on with after a crash. A read is then several, whatever the source promises of one; only a snapshot
 * that was asked for is worth reading the part again. A bundle of parts claims no more than that, crash or not: the bytes are the same.
 */
export function goesOn({ capabilities, snapshot }: Source): boolean {
  return capabilities.resume === "cursor" && snapshot === undefined;
}
