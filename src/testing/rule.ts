/** One rule of a contract. `T` is what it is tried on, `F` the adapter's fixture. */
export interface Rule<F, T> {
  /** Names the rule in its error: `"resume"`. */
  readonly name: string;
  /** The name of its test: a sentence whose subject is the adapter. */
  readonly title: string;
  /** Why the rule says nothing about this adapter; absent or `undefined`: it applies. */
  readonly unless?: (fixture: F) => string | undefined;
  /** It changes what the fixture holds, and gets one of its own. */
  readonly ownFixture?: true;
  /** @throws {ContractBroken} */
  check(trial: T): Promise<void>;
}
