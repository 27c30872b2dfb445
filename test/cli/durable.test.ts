import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createJiti } from "jiti";
import { type CliConfig, type RequestProgress, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { memorySpool } from "portmanteau/spools/memory";
import { beforeAll, describe, expect, it } from "vitest";
import { wait } from "../support/exporting.ts";
import { aliases } from "../support/program.ts";
import { configured, portmanteau, type Ran, type RunOptions, recordValue } from "./running.ts";

const id = "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77";
const subject = ["--subject", "u1", "--identity", "email=u1@acme.example"];
const key = Buffer.alloc(32, 7);
const env = { PORTMANTEAU_SPOOL_KEY: key.toString("hex") };

/**
 * Six notes, one a page. While the file `hang` is there, the fourth comes when a checkpoint is due, and the fifth never; the source then
 * says so on standard error.
 */
const gated = `datasets: [defineDataset({
  ...notes,
  title: process.env["NOTES_TITLE"] ?? "Notes",
  source: {
    name: "gated",
    capabilities: { resume: "cursor", partitions: false, count: true, attachments: false },
    count: async () => 6,
    async *read({ subject, after = -1, signal }) {
      const { existsSync } = await import("node:fs");
      const hangs = () => existsSync("hang");
      for (let id = Number(after) + 1; id < 6; id++) {
        if (id === 3 && hangs()) await sleep(Number(process.env["CHECKPOINT_MS"] ?? 0));
        if (id === 4 && hangs()) process.stderr.write("waits\\n");
        while (id === 4 && hangs()) {
          signal.throwIfAborted();
          await sleep(20);
        }
        yield { records: [{ id, owner: subject.id, text: "${recordValue}" }], cursor: id };
      }
    },
  },
}), mail],`;
/** Keeps every page at once. */
const kept = (more = "") => `${gated} durable: {
  spool: (await import("portmanteau/spools/directory")).directorySpool("spool"),
  key: Buffer.alloc(32, 7),
  checkpointMs: 0,
  ${more}
},`;

/** A configured folder with an empty spool in it, and how commands are run there. */
function spooling(more = gated) {
  const cwd = configured({ more });
  const bundle = join(cwd, "bundle.zip");
  mkdirSync(join(cwd, "spool"));
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    portmanteau(args, { cwd, env, ...options });
  const isOwn = more !== gated;
  const spool = isOwn ? [] : ["--spool", "spool"];
  return {
    cwd,
    bundle,
    run,
    exporting: (options?: RunOptions, args: readonly string[] = []) =>
      run(["export", ...subject, "--request", id, ...spool, "--out", bundle, ...args], options),
    resuming: (options?: RunOptions) => run(["resume", id, ...spool, "--out", bundle], options),
    hang: () => writeFileSync(join(cwd, "hang"), ""),
    goOn: () => rmSync(join(cwd, "hang")),
  };
}

/** Sends a signal once when the source waits. */
function whenItWaits(signal: NodeJS.Signals): NonNullable<RunOptions["onStderr"]> {
  let sent = false;
  return (stderr, kill) => {
    if (sent || !stderr.includes("waits\n")) return;
    sent = true;
    kill(signal);
  };
}

const output = ({ stdout, stderr }: Ran): string => stdout.toString() + stderr;

describe("an export with a spool that is killed", () => {
  const { cwd, bundle, run, exporting, resuming, hang, goOn } = spooling();
  let killed: Ran;
  let there: RequestProgress;
  beforeAll(async () => {
    hang();
    const slowly = { ...env, CHECKPOINT_MS: "5100" };
    killed = await exporting({ env: slowly, onStderr: whenItWaits("SIGKILL") });
    there = JSON.parse((await run(["progress", id, "--spool", "spool", "--json"])).stdout.toString());
    goOn();
  });

  it("leaves no bundle, a journal at its last checkpoint, and nothing that can be read", async () => {
    expect(killed.code).toBe(null);
    expect(readdirSync(cwd)).not.toContain("bundle.zip");
    const [notes] = there.parts;
    expect(notes).toMatchObject({ dataset: "notes", state: "begun", records: 4, expected: 6 });
    const files = readdirSync(join(cwd, "spool"), { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    expect(files.length).toBeGreaterThan(2);
    for (const { parentPath, name } of files) {
      const bytes = readFileSync(join(parentPath, name));
      for (const text of [recordValue, "u1@acme", id]) expect(bytes.includes(text)).toBe(false);
    }
  });

  it("goes on by the id alone, says from where, and writes the zip of an export that nothing disturbed", async () => {
    const resumed = await resuming();
    expect(resumed.stderr).toMatch(
      new RegExp(`^Going on with request ${id} of \\S+Z: 1 of 2 parts collected, 1 begun, 4 records safe\\.\n`),
    );
    expect(resumed.stderr).toMatch(/notes +going on after 4 records\n/);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout.toString()).toMatch(/^Complete: 6 records in 2 datasets/);

    const file = join(cwd, "portmanteau.config.ts");
    const { exporter } = await createJiti(import.meta.url, { alias: JSON.parse(aliases) }).import<CliConfig>(file, {
      default: true,
    });
    const undisturbed = join(cwd, "undisturbed.zip");
    await exporter.withDurable({ spool: memorySpool(), key }).export(
      {
        id,
        type: "access",
        subject: { id: "u1", identities: [{ identity_type: "email", identity_value: "u1@acme.example" }] },
      },
      { to: fileDelivery(undisturbed), bundleId: there.bundleId, clock: () => Date.parse(there.createdAt) },
    );
    expect(readFileSync(bundle).equals(readFileSync(undisturbed))).toBe(true);
    expect(await verifyBundle(bundle).summary()).toMatchObject({ sound: true, complete: true });
  });

  it("gives the same zip to the same command again", async () => {
    const before = readFileSync(bundle);
    rmSync(bundle);
    const again = await exporting();
    expect(again.stderr).toMatch(/2 of 2 parts collected, 0 begun, 6 records safe; delivered \S+Z \(complete\)\.\n/);
    expect(readFileSync(bundle).equals(before)).toBe(true);

    const told = await run(["progress", id, "--spool", "spool"]);
    expect(told.stdout.toString()).toMatch(/^access, begun .*\n {2}notes +sealed +6 records, 6 expected\n/);
    expect(output(told) + output(again)).not.toContain("u1@acme");
  });

  it("is purged by its id, and unknown from then on", async () => {
    const purged = await run(["purge", id, "--spool", "spool"]);
    expect([purged.code, purged.stdout.toString()]).toEqual([0, expect.stringMatching(/^Purged: nothing/)]);
    expect(readdirSync(join(cwd, "spool"))).toEqual([]);
    const nothing = await run(["purge", id, "--spool", "spool"]);
    expect([nothing.code, nothing.stdout.toString()]).toEqual([0, "The spool holds no request of this ID.\n"]);
    const unknown = await resuming();
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/^error REQUEST_UNKNOWN: /)]);
  });
});

describe("an export with a durable configuration", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("that %s stops exits %i, says what is kept and how to go on, and does", async (signal, code) => {
    const { cwd, bundle, exporting, resuming, hang, goOn } = spooling(kept());
    hang();
    const stopped = await exporting({ onStderr: whenItWaits(signal) });
    expect(stopped.code).toBe(code);
    expect(stopped.stderr).toMatch(
      new RegExp(`Kept: 1 of 2 parts collected, 1 begun, 4 records safe\\. Go on with .* portmanteau resume ${id} `),
    );
    expect(stopped.stderr).toContain("error ABORTED: ");
    expect(readdirSync(cwd)).not.toContain("bundle.zip");
    goOn();
    const resumed = await resuming();
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("going on after 4 records\n")]);
    expect(await verifyBundle(bundle).summary()).toMatchObject({ sound: true, complete: true });
  });

  it("needs the request's id, and no other spool", async () => {
    const { run, bundle, exporting } = spooling(kept());
    const nameless = await run(["export", ...subject, "--out", bundle]);
    expect([nameless.code, nameless.stderr]).toEqual([2, expect.stringContaining("--request is needed")]);
    const twice = await exporting({}, ["--spool", "spool"]);
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining("a durable spool of its own")]);
  });

  it("is not purged as expired before its time", async () => {
    const lasting = spooling(kept());
    expect((await lasting.exporting()).code).toBe(0);
    const none = await lasting.run(["purge", "--expired"]);
    expect([none.code, none.stdout.toString()]).toEqual([0, "Purged: 0 requests whose time was over.\n"]);
    expect(readdirSync(join(lasting.cwd, "spool"))).toHaveLength(1);
  });

  it("is purged as expired when its time is over", async () => {
    const brief = spooling(kept("keepMs: 1,"));
    expect((await brief.exporting()).code).toBe(0);
    await wait(2);
    const one = await brief.run(["purge", "--expired"]);
    expect([one.code, one.stdout.toString()]).toEqual([0, "Purged: 1 request whose time was over.\n"]);
    expect(readdirSync(join(brief.cwd, "spool"))).toEqual([]);
  });
});

describe("a request that was begun otherwise", () => {
  const { cwd, bundle, run, exporting, resuming } = spooling();
  const changed = { env: { ...env, NOTES_TITLE: "Remarks" } };
  beforeAll(async () => {
    expect((await exporting()).code).toBe(0);
  });

  it("is refused by another configuration, and begun anew with --restart", async () => {
    const before = readFileSync(bundle);
    for (const refused of [await exporting(changed), await resuming(changed)]) {
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/error RESUME_REFUSED: .*\/datasets\/notes\/title/);
      expect(refused.stderr).not.toContain("Kept: ");
    }
    const restarted = await exporting(changed, ["--restart", "--json"]);
    expect([restarted.code, restarted.stderr]).toEqual([0, expect.stringContaining("the request is begun anew")]);
    expect(JSON.parse(restarted.stdout.toString())).toMatchObject({ requestId: id, status: "delivered" });
    expect(readFileSync(bundle).equals(before)).toBe(false);
  });

  it("is refused about another person, who is not named", async () => {
    const other = await run(["export", "--subject", "u2-secret", "--request", id, "--spool", "spool", "--out", bundle]);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("error REQUEST_CONFLICT: ")]);
    expect(output(other)).not.toContain("u2-secret");
  });

  it("is not opened with another key, and can be purged with it", async () => {
    const file = join(cwd, "other.key");
    writeFileSync(file, `${Buffer.alloc(32, 8).toString("base64")}\n`, { mode: 0o600 });
    const options = ["--spool", "spool", "--key-file", file];
    const closed = await run(["resume", id, ...options, "--out", bundle]);
    expect([closed.code, closed.stderr]).toEqual([1, expect.stringMatching(/^error JOURNAL_CORRUPT: /)]);
    const purged = await run(["purge", id, ...options]);
    expect([purged.code, readdirSync(join(cwd, "spool"))]).toEqual([0, []]);
  });
});

describe("the key of a spool", () => {
  const { cwd, run, exporting } = spooling();
  const file = join(cwd, "spool.key");
  const without = { env: { PORTMANTEAU_SPOOL_KEY: "" } };

  it("is missed with what makes one, and is never quoted", async () => {
    const missing = await exporting(without);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("openssl rand -hex 32")]);
    writeFileSync(file, "not-a-key-5511", { mode: 0o600 });
    for (const bad of [
      await exporting({ env: { PORTMANTEAU_SPOOL_KEY: "not-a-key-5511" } }),
      await exporting(without, ["--key-file", file]),
    ]) {
      expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("holds no key")]);
      expect(output(bad)).not.toContain("5511");
    }
    const nowhere = await exporting(without, ["--key-file", join(cwd, "nowhere.key")]);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("cannot be read")]);
  });

  it("is read from a file, which only its owner should read", async () => {
    writeFileSync(file, `${key.toString("base64")}\n`);
    chmodSync(file, 0o644);
    const open = await exporting(without, ["--key-file", file]);
    expect([open.code, open.stderr]).toEqual([0, expect.stringMatching(/^warning: everybody .* chmod 600/)]);
    chmodSync(file, 0o600);
    const closed = await exporting(without, ["--key-file", file]);
    expect([closed.code, closed.stderr]).toEqual([0, expect.not.stringContaining("warning")]);
    const same = await exporting(); // as hexadecimal digits, from the environment
    expect([same.code, same.stderr]).toEqual([0, expect.stringContaining("2 of 2 parts collected")]);
  });

  it.each([
    [
      "a spool without a request's id",
      ["export", ...subject, "--spool", "spool", "--out", "b.zip"],
      "--request is needed",
    ],
    ["--restart without a spool", ["export", ...subject, "--restart", "--out", "b.zip"], "--restart is for"],
    ["a key without a spool", ["export", ...subject, "--key-file", "k", "--out", "b.zip"], "--spool is needed"],
    ["resume without an id", ["resume", "--spool", "spool", "--out", "b.zip"], "ID is needed: portmanteau resume ID"],
    ["resume without a spool", ["resume", id, "--out", "b.zip"], "--spool is needed"],
    ["purge of nothing", ["purge", "--spool", "spool"], "either the ID of a request, or --expired"],
    ["purge of two things", ["purge", id, "--expired", "--spool", "spool"], "either the ID of a request, or --expired"],
    ["progress of an unknown request", ["progress", id, "--spool", "other"], "error REQUEST_UNKNOWN"],
  ])("%s is a usage error", async (_, args, says) => {
    mkdirSync(join(cwd, "other"), { recursive: true });
    const ran = await run(args);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(says)]);
  });
});
