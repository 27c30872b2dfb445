import type { Delivery } from "../model/ports.ts";
import { deliveryRules } from "./delivery-rules.ts";
import { type ContractOptions, declareRules, type Fixture } from "./runner.ts";
import { Trial } from "./trial.ts";

export interface DeliveryFixture extends Fixture {
  /** One destination. It is delivered to again and again, and each bundle replaces the one before. */
  readonly delivery: Delivery;
  /** What a receiver finds at the destination: the bundle, or zip `part` of a set; nothing when none was committed. */
  delivered(part?: number): Promise<Uint8Array | undefined>;
  /** What else stands there and is no bundle: temporary files, unfinished uploads. */
  leftovers?(): Promise<readonly string[]>;
  /** The same adapter over a place that refuses: a folder that is not there, a bucket without permission. */
  readonly refused?: Delivery;
}

/**
 * Declares the tests that every delivery must pass; those for sets of zips where it has `partName`. An error says which rule is broken
 * and how to mend the adapter.
 *
 * @param name The adapter's name, for the tests'
 * @param setup Makes an empty destination. It is called once for each rule
 * @param options The runner's functions (its globals when left out), and `patienceMs`
 * @throws {TypeError} when there is no test runner
 * @example
 * ```ts
 * deliveryContract("bucket", async () => {
 *   const bucket = await emptyBucket();
 *   return { delivery: bucketDelivery(bucket, "bundle.zip"), delivered: () => bucket.get("bundle.zip"), teardown: bucket.remove };
 * }, { describe, it, after });
 * ```
 */
export function deliveryContract(
  name: string,
  setup: () => DeliveryFixture | Promise<DeliveryFixture>,
  options: ContractOptions = {},
): void {
  const { patienceMs = 10_000 } = options;
  declareRules(
    `delivery ${name} keeps the contract`,
    deliveryRules,
    setup,
    (fixture) => new Trial<DeliveryFixture>(fixture, patienceMs),
    options,
  );
}
