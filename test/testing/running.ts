import { ContractBroken, type ContractOptions } from "../../src/testing/index.ts";

export interface Verdict {
  readonly title: string;
  /** Absent: the rule was kept. */
  readonly error?: unknown;
  /** Why the rule was not checked. */
  readonly skipped?: string;
}

/** Runs a contract as a test runner would, and gives how each test ended instead of failing. */
export async function verdictsOf(declare: (runner: ContractOptions) => void): Promise<readonly Verdict[]> {
  const tests: { readonly title: string; readonly body: (...given: unknown[]) => Promise<void> }[] = [];
  const afters: (() => Promise<void>)[] = [];
  declare({
    describe: (_title, body) => body(),
    it: (title, body) => tests.push({ title, body }),
    afterAll: (body) => afters.push(body),
  });
  const verdicts: Verdict[] = [];
  for (const { title, body } of tests) {
    let skipped: string | undefined;
    const skip = (reason: string) => {
      skipped = reason;
    };
    try {
      await body({ skip });
      verdicts.push(skipped === undefined ? { title } : { title, skipped });
    } catch (error) {
      verdicts.push({ title, error });
    }
  }
  for (const after of afters) await after();
  return verdicts;
}

/** The rules whose tests failed, each with the rule that its error names where that is another: `"count: answers"`. An error that is no verdict of the contract is one of its own, and is thrown. */
export function brokenRules(
  verdicts: readonly Verdict[],
  rules: readonly { readonly name: string; readonly title: string }[],
): string[] {
  const broken: string[] = [];
  for (const { title, error } of verdicts) {
    if (error === undefined) continue;
    if (!(error instanceof ContractBroken)) throw error;
    const name = rules.find((rule) => rule.title === title)?.name ?? title;
    broken.push(name === error.rule ? name : `${name}: ${error.rule}`);
  }
  return broken;
}
