/**
 * `npm run release`: everything a release needs up to the publishing, which it only tells. `npm run release -- --publish`, in a CI job
 * that may ask for an identity token, publishes with provenance and tags the commit.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeSbom } from "./sbom.ts";
import { tarballFaults } from "./tarball.mjs";

/** What decides whether a commit may be released. */
export interface ReleaseFacts {
  readonly packageFile: { readonly version: string; readonly repository?: unknown };
  readonly lockVersion: string;
  /** `git status --porcelain`. */
  readonly changes: string;
  readonly branch: string;
  readonly tags: readonly string[];
  readonly changelog: string;
  readonly publish: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Why a commit may not be released, one sentence each. */
export function refusals({
  packageFile,
  lockVersion,
  changes,
  branch,
  tags,
  changelog,
  publish,
  environment,
}: ReleaseFacts): string[] {
  const { version, repository } = packageFile;
  const heading = `## [${version}] - `;
  const dated = changelog
    .split("\n")
    .some((line) => line.startsWith(heading) && /^\d{4}-\d\d-\d\d$/.test(line.slice(heading.length)));
  const github = environment["GITHUB_ACTIONS"] && environment["ACTIONS_ID_TOKEN_REQUEST_URL"];
  const gitlab = environment["GITLAB_CI"] && environment["SIGSTORE_ID_TOKEN"];
  return [
    ...(changes ? ["The working tree has changes that are not committed."] : []),
    ...(branch === "main" ? [] : [`The branch is ${branch}; releases are made from main.`]),
    ...(tags.includes(`v${version}`) ? [`v${version} is tagged already; raise the version in package.json.`] : []),
    ...(lockVersion === version ? [] : [`package-lock.json says ${lockVersion}, package.json ${version}.`]),
    ...(dated ? [] : [`CHANGELOG.md has no line "${heading}YYYY-MM-DD".`]),
    ...(repository
      ? []
      : ["package.json has no repository: npm's provenance names the repository that built the package."]),
    ...(publish && !github && !gitlab
      ? [
          "Only a CI job that may ask for an identity token publishes: GitHub Actions with id-token: write, or GitLab CI with SIGSTORE_ID_TOKEN.",
        ]
      : []),
  ];
}

/** How a release calls other programs; gives what they print. `shown` lets them print to the terminal themselves. */
export type Run = (command: string, args: readonly string[], how?: { readonly shown: boolean }) => string;

/** The steps, in order. Throws, with every reason, at the first step that refuses. */
export function release({
  root,
  publish,
  environment,
  run,
  log,
  bill,
}: {
  readonly root: string;
  readonly publish: boolean;
  readonly environment: ReleaseFacts["environment"];
  readonly run: Run;
  readonly log: (line: string) => void;
  readonly bill: (file: string) => void;
}): void {
  const text = (name: string) => readFileSync(join(root, name), "utf8");
  const packageFile = JSON.parse(text("package.json"));
  const refuse = (reasons: readonly string[]) => {
    if (reasons.length > 0) throw new Error(`Not released:\n${reasons.map((reason) => `- ${reason}`).join("\n")}`);
  };
  const facts = (): ReleaseFacts => ({
    packageFile,
    lockVersion: JSON.parse(text("package-lock.json")).version,
    changes: run("git", ["status", "--porcelain"]).trim(),
    branch: run("git", ["rev-parse", "--abbrev-ref", "HEAD"]).trim(),
    tags: run("git", ["tag", "--list"]).split("\n"),
    changelog: text("CHANGELOG.md"),
    publish,
    environment,
  });
  refuse(refusals(facts()));
  run(join(root, ".ci/run"), [], { shown: true });
  refuse(refusals(facts())); // what the checks wrote is not released

  const out = join(root, "dist-release");
  mkdirSync(out, { recursive: true });
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", out]));
  refuse(tarballFaults({ paths: packed.files.map(({ path }: { path: string }) => path), packageFile }));
  bill(join(out, "sbom.cdx.json"));
  log(`${packed.filename}: ${packed.files.length} files, ${packed.size} bytes, ${packed.integrity}`);

  const command = ["publish", join(out, packed.filename), "--provenance", "--access", "public"];
  const tag = `v${packageFile.version}`;
  if (!publish) {
    log(`Nothing is published. With --publish: npm ${command.join(" ")}, then git tag ${tag}`);
    return;
  }
  run("npm", command, { shown: true });
  run("git", ["tag", tag]);
  run("git", ["push", "origin", tag], { shown: true });
}

if (process.argv[1] === import.meta.filename) {
  const root = resolve(import.meta.dirname, "..");
  const run: Run = (command, args, { shown } = { shown: false }) =>
    execFileSync(command, args, {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", shown ? "inherit" : "pipe", "inherit"],
    }) ?? "";
  try {
    const publish = process.argv.includes("--publish");
    release({ root, publish, environment: process.env, run, log: console.log, bill: writeSbom });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
