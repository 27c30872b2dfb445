import type { DurableSpool } from "../../model/durable.ts";
import { ContractBroken } from "../broken.ts";
import type { DurableSpoolFixture } from "../durable-contract.ts";
import { same } from "../octets.ts";
import type { Rule } from "../rule.ts";
import type { Trial } from "../trial.ts";

export type DurableTrial = Trial<DurableSpoolFixture>;
export type DurableRule = Rule<DurableSpoolFixture, DurableTrial>;

/** Bytes that tell by themselves whether they are whole: as many as the version asks for, and all the same. */
export function version(number: number, bytes = 1_000 + (number % 7) * 9_001): Uint8Array {
  return new Uint8Array(bytes).fill(number % 251);
}

export const put = (trial: DurableTrial, spool: DurableSpool, path: string, bytes: Uint8Array) =>
  trial.answer(spool.put(path, bytes), "put");

export const get = (trial: DurableTrial, spool: DurableSpool, path: string) => trial.answer(spool.get(path), "get");

export const remove = (trial: DurableTrial, spool: DurableSpool, path: string) =>
  trial.answer(spool.delete(path), "delete");

export const list = (trial: DurableTrial, spool: DurableSpool, prefix: string) =>
  trial.answer(listed(spool, prefix), "list");

/** The paths below a prefix, in order. */
export async function listed(spool: DurableSpool, prefix: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const path of spool.list(prefix)) paths.push(path);
  return paths.sort();
}

/** Breaks the rule unless the object is these bytes, or is absent where none are given. */
export async function expectObject(
  trial: DurableTrial,
  spool: DurableSpool,
  path: string,
  bytes: Uint8Array | undefined,
  rule: string,
  mend: string,
): Promise<void> {
  const got = await get(trial, spool, path);
  if (bytes === undefined ? got === undefined : got !== undefined && same(got, bytes)) return;
  const seen = got === undefined ? "nothing" : `${got.length} bytes`;
  const due = bytes === undefined ? "nothing" : `an object of ${bytes.length} bytes`;
  throw new ContractBroken(rule, `get("${path}") gave ${seen}, or others, where ${due} should be.`, mend);
}

/** Breaks the rule unless the list is exactly these paths. */
export async function expectList(
  trial: DurableTrial,
  spool: DurableSpool,
  prefix: string,
  paths: readonly string[],
  rule: string,
  mend: string,
): Promise<void> {
  const got = await list(trial, spool, prefix);
  const twice = got.filter((path, index) => got[index - 1] === path);
  const missing = paths.filter((path) => !got.includes(path));
  const foreign = got.filter((path) => !paths.includes(path));
  if (twice.length + missing.length + foreign.length === 0) return;
  const seen = Object.entries({ twice, missing, foreign }).map(
    ([what, which]) => `${which.length} ${what}${which.length === 0 ? "" : ` ("${which[0]}")`}`,
  );
  throw new ContractBroken(
    rule,
    `list("${prefix}") gave ${got.length} paths of ${paths.length}: ${seen.join(", ")}.`,
    mend,
  );
}

/** Runs some at a time, so that a store with a long way is not waited for a thousand times. */
export async function inLanes<T>(all: readonly T[], run: (each: T) => Promise<unknown>, lanes = 16): Promise<void> {
  const left = all[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const each of left) await run(each);
    }),
  );
}
