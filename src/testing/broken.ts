/** A rule of a contract that an adapter breaks: what was seen, and how to mend it, in words for the adapter's developer. */
export class ContractBroken extends Error {
  override readonly name = "ContractBroken";
  /** The rule's name: `"resume"`. */
  readonly rule: string;

  constructor(rule: string, seen: string, mend: string, cause?: unknown) {
    super(`${rule}: ${seen}\n  Mend: ${mend}`, cause === undefined ? undefined : { cause });
    this.rule = rule;
  }
}
