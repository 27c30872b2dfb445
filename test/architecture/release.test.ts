import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ReleaseFacts, refusals, release } from "../../.ci/release.ts";
import { sourceMapFaults, tarballFaults } from "../../.ci/tarball.mjs";
import packageFile from "../../package.json" with { type: "json" };
import { root as repository } from "../support/documents.ts";

const facts: ReleaseFacts = {
  packageFile: { version: "1.2.3", repository: "https://git.example/acme/portmanteau" },
  lockVersion: "1.2.3",
  changes: "",
  branch: "main",
  tags: ["v1.2.2"],
  changelog: "# Changelog\n\n## [1.2.3] - 2026-03-01\n",
  publish: false,
  environment: {},
};
const github = { GITHUB_ACTIONS: "true", ACTIONS_ID_TOKEN_REQUEST_URL: "https://ci.example" };

describe("a release", () => {
  it("is refused, each with its reason", () => {
    expect(refusals(facts)).toEqual([]);
    const refused: [Partial<ReleaseFacts>, RegExp][] = [
      [{ changes: " M README.md" }, /working tree has changes/],
      [{ branch: "feature" }, /branch is feature/],
      [{ tags: ["v1.2.2", "v1.2.3"] }, /v1\.2\.3 is tagged already/],
      [{ lockVersion: "1.2.2" }, /package-lock\.json says 1\.2\.2/],
      [{ changelog: "## [1.2.3] - Unreleased\n" }, /no line "## \[1\.2\.3\] - YYYY-MM-DD"/],
      [{ packageFile: { version: "1.2.3" } }, /no repository/],
      [{ publish: true }, /identity token/],
      [{ publish: true, environment: { GITHUB_ACTIONS: "true" } }, /identity token/],
    ];
    for (const [change, reason] of refused) {
      expect(refusals({ ...facts, ...change })).toEqual([expect.stringMatching(reason)]);
    }
    expect(refusals({ ...facts, publish: true, environment: github })).toEqual([]);
    const gitlab = { GITLAB_CI: "true", SIGSTORE_ID_TOKEN: "t" };
    expect(refusals({ ...facts, publish: true, environment: gitlab })).toEqual([]);
  });

  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "portmanteau-release-"));
    const packageFile = { ...facts.packageFile, exports: { ".": "./dist/index.js" }, bin: {} };
    writeFileSync(join(root, "package.json"), JSON.stringify(packageFile));
    writeFileSync(join(root, "package-lock.json"), JSON.stringify({ version: "1.2.3" }));
    writeFileSync(join(root, "CHANGELOG.md"), facts.changelog);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Goes through a release whose programs answer as told, and gives what it called and said. */
  function rehearsed({
    publish = false,
    files = ["README.md", "LICENSE", "CHANGELOG.md", "dist/index.js"],
    dirtyAfterChecks = false,
  }) {
    const called: string[] = [];
    const said: string[] = [];
    const run = (command: string, args: readonly string[]) => {
      called.push([command, ...args].join(" ").replaceAll(`${root}/`, ""));
      if (args[0] === "status" && dirtyAfterChecks && called.includes(".ci/run")) return "?? left.txt";
      if (args[0] === "rev-parse") return "main\n";
      const packed = { filename: "p.tgz", size: 1, integrity: "sha512-x", files: files.map((path) => ({ path })) };
      return args[0] === "pack" ? JSON.stringify([packed]) : "";
    };
    const bill = () => void called.push("bill");
    const error = (() => {
      try {
        release({ root, publish, environment: github, run, log: (line) => void said.push(line), bill });
        return undefined;
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    return {
      called: called.filter((call) => !call.startsWith("git status") && !/rev-parse|--list/.test(call)),
      said,
      error,
    };
  }

  it("runs every check, packs and bills, and publishes nothing unless it is told to", () => {
    const { called, said, error } = rehearsed({});
    expect(error).toBeUndefined();
    expect(called).toEqual([".ci/run", "npm pack --json --pack-destination dist-release", "bill"]);
    expect(said.at(-1)).toMatch(/^Nothing is published\. .*npm publish .*p\.tgz --provenance --access public/);
  });

  it("publishes with provenance, and then tags", () => {
    expect(rehearsed({ publish: true }).called.slice(3)).toEqual([
      "npm publish dist-release/p.tgz --provenance --access public",
      "git tag v1.2.3",
      "git push origin v1.2.3",
    ]);
  });

  it("ends before it packs when the checks left something, and before it publishes when the tarball is wrong", () => {
    const dirty = rehearsed({ publish: true, dirtyAfterChecks: true });
    expect(dirty.error?.message).toMatch(/working tree has changes/);
    expect(dirty.called).toEqual([".ci/run"]);
    const wrong = rehearsed({ publish: true, files: ["README.md", "LICENSE", "CHANGELOG.md", "src/index.ts"] });
    expect(wrong.error?.message).toMatch(/It holds src\/index\.ts.*\n.*It lacks dist\/index\.js/);
    expect(wrong.called.filter((call) => /publish|tag/.test(call))).toEqual([]);
  });
});

describe("the tarball", () => {
  it("has source maps that hold their sources, and only this package's", () => {
    const path = "dist/cli/main.js.map";
    expect(sourceMapFaults(path, { sources: ["../../src/cli/main.ts"], sourcesContent: [""] })).toEqual([]);
    expect(sourceMapFaults(path, { sources: ["../../src/cli/main.ts"] })).toHaveLength(1);
    expect(sourceMapFaults(path, { sources: ["../../node_modules/a/b.js"], sourcesContent: [""] })).toHaveLength(1);
  });

  it("holds no test, no source and no secret", () => {
    const packageFile = { exports: {}, bin: {} };
    const paths = ["README.md", "LICENSE", "CHANGELOG.md"];
    expect(tarballFaults({ paths, packageFile })).toEqual([]);
    for (const path of ["test/a.test.ts", "src/index.ts", ".env", "dist/.env", "dist/a.ts", "schemas/generate.ts"]) {
      expect(tarballFaults({ paths: [...paths, path], packageFile })).toEqual([expect.stringContaining(path)]);
    }
  });

  it("holds what its readers look for, and what its exports and its command lead to", () => {
    const packageFile = { exports: { ".": { default: "./dist/index.js" } }, bin: { tool: "./dist/cli/main.js" } };
    const paths = ["README.md", "LICENSE", "CHANGELOG.md", "dist/index.js", "dist/cli/main.js"];
    expect(tarballFaults({ paths, packageFile })).toEqual([]);
    for (const path of paths)
      expect(tarballFaults({ paths: paths.filter((each) => each !== path), packageFile })).toEqual([
        `It lacks ${path}.`,
      ]);
  });

  it("would hold nothing else when it is packed from this tree, and lack at most what is not built yet", () => {
    const packing = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    const [packed] = JSON.parse(execFileSync("npm", packing, { cwd: repository, encoding: "utf8" }));
    const paths = packed.files.map(({ path }: { readonly path: string }) => path);
    const faults = tarballFaults({ paths, packageFile });
    expect(faults.filter((fault) => !fault.startsWith("It lacks dist/"))).toEqual([]);
  }, 300_000);
});
