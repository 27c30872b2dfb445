import type { RequestProgress } from "../../model/durable.ts";
import { readDeadLetter } from "../flow/job.ts";
import type { PgBossClient, PgBossInsert } from "./client.ts";
import type { Row, Tables } from "./tables.ts";

export interface RenewContext {
  readonly boss: PgBossClient;
  readonly tables: Tables;
  /** The queue's name, which begins those of pg-boss. */
  readonly name: string;
  /** Of the parts, in their order, and the last one. */
  readonly places: readonly (Pick<Row, "id"> & { readonly letterId: string; readonly insert: PgBossInsert })[];
}

/** Makes the jobs those of a request that was begun anew. What is needed comes first: whoever dies on the way leaves one that can be found. */
export async function renew(request: RequestProgress, { boss, tables, name, places }: RenewContext): Promise<void> {
  const there = await tables.rowsOf(name, request.requestId);
  if (there.some(({ cancelled }) => cancelled)) return;
  const begunAt = Date.parse(request.createdAt);
  /** Given up since it was begun anew: that is for a person. */
  const isGivenUp = ({ data }: (typeof there)[number]) => {
    const letter = readDeadLetter(data);
    return letter !== undefined && Date.parse(letter.at) >= begunAt;
  };
  const givenUp = new Set(there.filter(isGivenUp).map(({ id }) => id));
  const parts = places.slice(0, -1);
  const open = parts.filter((_place, index) => request.parts[index]?.state !== "sealed");
  const needed = (open.length > 0 ? open : places.slice(-1)).filter(({ letterId }) => !givenUp.has(letterId));
  await tables.revive(needed.map(({ id }) => id));
  if (needed.length > 0) await boss.insert(needed.map(({ insert }) => insert));
  // The one that assembles is put in by whoever seals the last part.
  const kept = new Set([...(open.length > 0 ? parts : places).map(({ id }) => id), ...givenUp]);
  for (const { id, name: queue } of there) if (!kept.has(id)) await boss.deleteJob(queue, [id]);
}
