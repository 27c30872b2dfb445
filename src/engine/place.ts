import type { ErrorContext } from "../model/errors.ts";

/** What is being read: a dataset, or one of its partitions. */
export interface Place {
  /** Name of the dataset. */
  readonly dataset: string;
  /** Index of the partition, from 0, where there are several. */
  readonly partition?: number;
}

/** A record for people and for programs: `Record 3 of dataset "tickets"`. */
export function recordAt(place: Place, recordIndex: number): { readonly name: string; readonly context: ErrorContext } {
  const { dataset, partition } = place;
  const of = partition === undefined ? "" : ` of partition ${partition}`;
  return { name: `Record ${recordIndex}${of} of dataset "${dataset}"`, context: { ...place, recordIndex } };
}
