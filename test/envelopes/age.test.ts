import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileDelivery } from "portmanteau/deliveries/file";
import { ageEnvelope } from "portmanteau/envelopes/age";
import { beforeAll, describe, expect, it } from "vitest";
import { age, ageWithPassphrase, decrypted, type KeyPair, keyPair } from "../support/age.ts";
import {
  Collecting,
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  notes,
  refused,
  request,
  wait,
} from "../support/exporting.ts";
import { toolIsHere } from "../support/tools.ts";

expectNoUnhandledRejection();

const withAge = it.skipIf(!toolIsHere("age"));
const withTerminal = it.skipIf(!toolIsHere("age") || !toolIsHere("python3"));
const datasets = () => [noteDataset("a", controlledSource(notes(2_000)).source)];

let anna: KeyPair;
let bert: KeyPair;
beforeAll(async () => {
  anna = await keyPair();
  bert = await keyPair();
});

describe("ageEnvelope refuses at once", () => {
  const mistyped = (recipient: string) => `${recipient.slice(0, -1)}${recipient.endsWith("q") ? "p" : "q"}`;
  it.each([
    ["neither recipients nor a passphrase", () => ({}), ""],
    ["nothing at all", () => undefined, ""],
    ["both", () => ({ recipients: [anna.recipient], passphrase: "correct horse" }), ""],
    ["no recipient", () => ({ recipients: [] }), "/recipients"],
    ["recipients that are no list", () => ({ recipients: anna.recipient }), "/recipients"],
    ["a mistyped recipient", () => ({ recipients: [anna.recipient, mistyped(anna.recipient)] }), "/recipients/1"],
    ["a recipient that is no text", () => ({ recipients: [7] }), "/recipients/0"],
    ["a key of ssh", () => ({ recipients: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB"] }), "/recipients/0"],
    ["a recipient of another kind", () => ({ recipients: [`age1pq1${"q".repeat(100)}`] }), "/recipients/0"],
    ["a secret key", () => ({ recipients: [anna.identity] }), "/recipients/0"],
    ["an empty passphrase", () => ({ passphrase: "" }), "/passphrase"],
    ["a passphrase of blanks", () => ({ passphrase: " \n" }), "/passphrase"],
    [
      "a work factor that is too high to be opened",
      () => ({ passphrase: "correct horse", workFactor: 23 }),
      "/workFactor",
    ],
    ["a work factor that protects nothing", () => ({ passphrase: "correct horse", workFactor: 1 }), "/workFactor"],
  ])("%s", (_, options, pointer) => {
    const error = refused(() => ageEnvelope(options() as never));
    expect([error.code, error.context.pointer]).toEqual(["CONFIG_INVALID", pointer]);
    for (const secret of [anna.identity, "correct horse", "AAAAC3"])
      expect(JSON.stringify(error)).not.toContain(secret);
  });
});

describe("a bundle that is encrypted with age", () => {
  withAge("is opened by the age program, and the zip is the one of an export that is not encrypted", async () => {
    const folder = emptyFolder();
    const file = join(folder, "bundle.zip.age");
    const plain = await exported(datasets());
    const { exporter, spooled } = exporterOf(datasets());
    const encrypt = ageEnvelope({ recipients: [anna.recipient] });
    const report = await exporter.export(request, { to: fileDelivery(file), encrypt, ...fixed });
    const sealed = readFileSync(file);
    expect(sealed.subarray(0, 22).toString()).toBe("age-encryption.org/v1\n");
    const { code, plain: zip, says } = age(["-d", "-i", anna.file], sealed);
    expect([code, says]).toEqual([0, ""]);
    expect(zip.equals(plain.zip)).toBe(true);
    expect(report.bundle).toEqual({
      ...plain.report.bundle,
      envelope: {
        name: "age",
        files: [{ bytes: sealed.length, sha256: createHash("sha256").update(sealed).digest("hex") }],
      },
    });
    expect(plain.report.bundle?.envelope).toBe(null);
    expect([readdirSync(folder), spooled()]).toEqual([["bundle.zip.age"], []]);
  });

  withAge("is opened by each of several recipients, and by nobody else", async () => {
    const stranger = await keyPair();
    const encrypt = ageEnvelope({ recipients: [anna.recipient, bert.recipient] });
    const { zip: sealed } = await exported(datasets(), {}, { encrypt });
    const { zip } = await exported(datasets());
    for (const { file } of [anna, bert]) expect(age(["-d", "-i", file], sealed).plain.equals(zip)).toBe(true);
    const { code, says } = age(["-d", "-i", stranger.file], sealed);
    expect(code).toBe(1);
    expect(says).toContain("no identity matched any of the recipients");
  });

  withAge("is refused by the age program when a byte is changed anywhere, or the end is missing", async () => {
    const { zip: sealed } = await exported(datasets(), {}, { encrypt: ageEnvelope({ recipients: [anna.recipient] }) });
    const opens = (bytes: Uint8Array) => age(["-d", "-i", anna.file], bytes).code === 0;
    expect(opens(sealed)).toBe(true);
    for (const at of [3, 60, 190, 250, Math.floor(sealed.length / 2), sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(opens(changed), `byte ${at}`).toBe(false);
    }
    for (const bytes of [1, 16, 17, 1_000]) expect(opens(sealed.subarray(0, -bytes)), `${bytes} missing`).toBe(false);
  });

  it("is another one each time, also from one envelope at the same time", async () => {
    const encrypt = ageEnvelope({ recipients: [anna.recipient] });
    const [one, two] = await Promise.all([
      exported(datasets(), {}, { encrypt }),
      exported(datasets(), {}, { encrypt }),
    ]);
    expect(one.sha256).not.toBe(two.sha256);
    expect((await decrypted(one.zip, anna)).equals(await decrypted(two.zip, anna))).toBe(true);
  });

  withTerminal("is opened by the age program with its passphrase, and not with another", async () => {
    const passphrase = "six silent sævar saddles søk";
    const { zip: sealed } = await exported(datasets(), {}, { encrypt: ageEnvelope({ passphrase }) });
    const folder = emptyFolder();
    const file = join(folder, "bundle.zip.age");
    writeFileSync(file, sealed);
    expect(sealed.toString("latin1")).toMatch(/^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} 18\n/);
    const wrong = ageWithPassphrase("six silent saddles", ["-d", "-o", join(folder, "bundle.zip"), file]);
    expect(wrong.says).toContain("incorrect passphrase");
    const right = ageWithPassphrase(passphrase, ["-d", "-o", join(folder, "bundle.zip"), file]);
    expect(right.code, right.says).toBe(0);
    expect(readFileSync(join(folder, "bundle.zip")).equals((await exported(datasets())).zip)).toBe(true);
  });

  it("takes another work factor for its passphrase", async () => {
    const { zip: sealed } = await exported(
      datasets(),
      {},
      { encrypt: ageEnvelope({ passphrase: "correct horse", workFactor: 10 }) },
    );
    expect(sealed.toString("latin1")).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S{22} 10\n/);
    expect((await decrypted(sealed, { passphrase: "correct horse" })).equals((await exported(datasets())).zip)).toBe(
      true,
    );
  });

  it("derives the key of a passphrase without holding the event loop", async () => {
    let derived = false;
    const deriving = ageEnvelope({ passphrase: "correct horse" })
      .seal(new ReadableStream())
      .then(() => {
        derived = true;
      });
    let turns = 0;
    for (; !derived; turns++) await wait(1);
    await deriving;
    expect(turns).toBeGreaterThan(20); // derived in this thread, it would leave one or two
  });
});

describe("the plaintext of an encrypted bundle", () => {
  const secret = "Zirkelschluss-7719";
  const records = Array.from({ length: 3_000 }, (_, id) => ({
    id,
    owner: "u1",
    text: `${secret} ${randomBytes(200).toString("base64")}`,
  }));
  /** Everything that stands in a folder, whole. */
  const contents = (folder: string) =>
    readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));

  it("stands in no file, neither of the spool nor of the delivery, while the export stalls and after it", async () => {
    const folder = emptyFolder();
    const spoolFolder = emptyFolder();
    const { localSpool } = await import("portmanteau/spools/local");
    let goOn = () => {};
    const stalled = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let atLast = () => {};
    const isStalled = new Promise<void>((resolve) => {
      atLast = resolve;
    });
    const last = controlledSource(records.slice(0, 20), {
      before: (page) => {
        if (page !== 1) return;
        atLast();
        return stalled;
      },
    });
    const { exporter } = exporterOf(
      [noteDataset("a", controlledSource(records).source), noteDataset("b", last.source)],
      { lanes: 1, spool: localSpool({ memoryBytes: 0, directory: spoolFolder }) },
    );
    const encrypt = ageEnvelope({ recipients: [anna.recipient] });
    const running = exporter.export(request, { to: fileDelivery(join(folder, "bundle.zip.age")), encrypt });
    await isStalled;
    const during = async () => {
      // The first dataset's bytes arrive a little later than its last page.
      for (let tries = 0; tries < 100 && (contents(folder)[0]?.bytes.length ?? 0) < 500_000; tries++) await wait(20);
      return contents(folder);
    };
    const partial = await during();
    expect(partial.map(({ name }) => name)).toEqual([expect.stringMatching(/\.partial$/)]);
    expect(partial[0]?.bytes.length).toBeGreaterThan(500_000);
    // How every zip of ours begins: eight bytes, for four may stand in a megabyte of ciphertext by chance.
    const signature = (await exported(datasets())).zip.subarray(0, 8);
    expect(signature.toString("latin1")).toMatch(/^PK\x03\x04/);
    const found = (files: ReturnType<typeof contents>) =>
      files
        .filter(({ bytes }) => bytes.includes(secret) || bytes.includes("data/a.json") || bytes.includes(signature))
        .map(({ name }) => name);
    expect(found([...partial, ...contents(spoolFolder)])).toEqual([]);
    goOn();
    await running;
    expect(found([...contents(folder), ...contents(spoolFolder)])).toEqual([]);
    expect(found([{ name: "zip", bytes: await decrypted(contents(folder)[0]?.bytes as Buffer, anna) }])).toEqual([
      "zip",
    ]);
  });

  it("is gone without a trace when the export is aborted in the middle", async () => {
    const folder = emptyFolder();
    const abort = new AbortController();
    const { source } = controlledSource(records, {
      before: (page) => {
        if (page === 100) abort.abort();
      },
    });
    const { exporter, spooled } = exporterOf([
      noteDataset("a", controlledSource(records).source),
      noteDataset("b", source),
    ]);
    const encrypt = ageEnvelope({ recipients: [anna.recipient] });
    const to = fileDelivery(join(folder, "bundle.zip.age"));
    const error = await failing(exporter.export(request, { to, encrypt, signal: abort.signal }));
    expect([error.code, error.report?.bundle]).toEqual(["ABORTED", null]);
    expect([readdirSync(folder), spooled()]).toEqual([[], []]);
  });
});

describe("50 MB through the envelope", () => {
  const pieces = 800;
  const piece = randomBytes(65_536);
  const stream = (taken: { count: number }) =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (taken.count++ < pieces) controller.enqueue(piece);
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );

  it("come as they are read, a few pieces behind, and are whole", async () => {
    const taken = { count: 0 };
    const sealed = await ageEnvelope({ recipients: [anna.recipient] }).seal(stream(taken));
    const reader = sealed.getReader();
    let bytes = 0;
    let ahead = 0;
    for (let turn = 0; ; turn++) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      if (turn % 50 === 0) await wait(1); // time to run ahead, if it would
      ahead = Math.max(ahead, taken.count * piece.length - bytes);
    }
    expect(ahead).toBeLessThan(8 * piece.length);
    expect(bytes).toBeGreaterThan(pieces * (piece.length + 16));
  });

  it("stand still while nobody reads", async () => {
    const taken = { count: 0 };
    const reader = (await ageEnvelope({ recipients: [anna.recipient] }).seal(stream(taken))).getReader();
    for (let turn = 0; turn < 20; turn++) await reader.read();
    await wait(20);
    const before = taken.count;
    expect(before).toBeLessThan(28);
    await wait(100);
    expect(taken.count).toBe(before);
    await reader.cancel();
  });

  it("end with the error of their source", async () => {
    const to = new Collecting();
    const { source } = controlledSource(notes(2_000), {
      before: (page) => {
        if (page === 150) throw new Error("broken");
      },
    });
    const { exporter } = exporterOf([noteDataset("a", source)]);
    const error = await failing(
      exporter.export(request, { to, encrypt: ageEnvelope({ recipients: [anna.recipient] }) }),
    );
    expect([error.code, to.destroyed, to.ended]).toEqual(["SOURCE_FAILED", true, false]);
  });
});
