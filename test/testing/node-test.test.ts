import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const aliases = {
  "portmanteau/testing": fileURLToPath(new URL("src/testing/index.ts", root)),
  "portmanteau/sources/iterable": fileURLToPath(new URL("src/sources/iterable.ts", root)),
};

function nodeTest(path: string, env: Record<string, string> = {}) {
  const file = fileURLToPath(new URL(path, root));
  const loader = import.meta.resolve("jiti/register");
  const args = ["--import", loader, "--test", "--test-reporter", "tap", file];
  // The runner of the parent would take the reports of the child for its own.
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...rest, ...env, JITI_ALIAS: JSON.stringify(aliases) },
  });
  return { status, stdout, stderr };
}

describe("under node --test", () => {
  it("a right source passes, and what is not checked is a skipped test with its reason", () => {
    const { status, stdout, stderr } = nodeTest("test/testing/contract.node.ts");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("ok 3 - gives the same when it is read again");
    expect(stdout).toMatch(/gives what was there all along exactly once .* # SKIP the fixture has no `write`/);
    expect(stdout).not.toMatch(/# SKIP *$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  it("a wrong source fails by the rule that it breaks", () => {
    const { status, stdout } = nodeTest("test/testing/contract.node.ts", { WITH_MUTANT: "1" });
    expect(status).toBe(1);
    expect(stdout).toContain("not ok");
    expect(stdout).toMatch(/It counted 30 records of 25/);
    expect(stdout).toMatch(/^# fail 2$/m);
  });

  it("the contract of the documents' example is kept", () => {
    const { status, stdout } = nodeTest("examples/source-contract.ts");
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/^# pass [1-9]\d$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
