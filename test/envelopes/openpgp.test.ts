import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { decrypt, generateKey, readMessage, readPrivateKey } from "openpgp";
import { fileDelivery } from "portmanteau/deliveries/file";
import { openPgpEnvelope } from "portmanteau/envelopes/openpgp";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Collecting,
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  noteDataset,
  notes,
  request,
  wait,
} from "../support/exporting.ts";
import { toolIsHere } from "../support/tools.ts";

expectNoUnhandledRejection();

const withGpg = it.skipIf(!toolIsHere("gpg"));
const datasets = () => [noteDataset("a", controlledSource(notes(2_000)).source)];

interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}
const keyPair = (more: object = {}): Promise<KeyPair> =>
  generateKey({ userIDs: [{ email: "privacy@example.org" }], format: "armored", ...more });

let anna: KeyPair;
let bert: KeyPair;
beforeAll(async () => {
  anna = await keyPair();
  bert = await keyPair();
});

async function opened(sealed: Uint8Array, { privateKey }: KeyPair): Promise<Buffer> {
  const message = await readMessage({ binaryMessage: Uint8Array.from(sealed) });
  const decryptionKeys = await readPrivateKey({ armoredKey: privateKey });
  return Buffer.from((await decrypt({ message, decryptionKeys, format: "binary" })).data);
}

/** The stock program, with a key ring of its own. */
function gpg(key: string, sealed: Uint8Array): { readonly code: number | null; readonly plain: Buffer } {
  const home = emptyFolder();
  const run = (args: readonly string[], input: string | Uint8Array) =>
    spawnSync("gpg", ["--homedir", home, "--batch", "--quiet", ...args], { input, maxBuffer: 2 ** 28 });
  const imported = run(["--import"], key);
  expect(imported.status, imported.stderr.toString()).toBe(0);
  const { status, stdout } = run(["--decrypt"], sealed);
  spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  return { code: status, plain: stdout };
}

describe("openPgpEnvelope refuses at once", () => {
  it.each([
    ["no recipient", async () => [], "/recipients"],
    ["recipients that are no list", async () => anna.publicKey, "/recipients"],
    ["what is no key", async () => [anna.publicKey, "hello"], "/recipients/1"],
    ["what is no text", async () => [7], "/recipients/0"],
    ["a secret key", async () => [anna.privateKey], "/recipients/0"],
    [
      "an expired key",
      async () => [(await keyPair({ date: new Date(0), keyExpirationTime: 60 })).publicKey],
      "/recipients/0",
    ],
    ["a key for signing only", async () => [(await keyPair({ subkeys: [{ sign: true }] })).publicKey], "/recipients/0"],
  ])("%s", async (_, recipients, pointer) => {
    const given = await recipients();
    const error = await failing(openPgpEnvelope({ recipients: given as never }));
    expect([error.code, error.context.pointer]).toEqual(["CONFIG_INVALID", pointer]);
    expect(JSON.stringify(error)).not.toContain("PRIVATE KEY");
  });
});

describe("a bundle that is encrypted with OpenPGP", () => {
  it("is opened by each recipient, and by nobody else", async () => {
    const encrypt = await openPgpEnvelope({ recipients: [anna.publicKey, bert.publicKey] });
    const { zip: sealed, report } = await exported(datasets(), {}, { encrypt });
    const { zip } = await exported(datasets());
    expect(report.bundle?.envelope?.name).toBe("openpgp");
    for (const key of [anna, bert]) expect((await opened(sealed, key)).equals(zip)).toBe(true);
    await expect(opened(sealed, await keyPair())).rejects.toThrow();
    expect(sealed.includes("data/a.json")).toBe(false);
  });

  withGpg("is opened by gpg, and refused by it when a byte is changed or the end is missing", async () => {
    const encrypt = await openPgpEnvelope({ recipients: [anna.publicKey] });
    const { zip: sealed } = await exported(datasets(), {}, { encrypt });
    const whole = gpg(anna.privateKey, sealed);
    expect([whole.code, whole.plain.equals((await exported(datasets())).zip)]).toEqual([0, true]);
    const changed = Buffer.from(sealed);
    changed[sealed.length >> 1] = (changed[sealed.length >> 1] as number) ^ 1;
    for (const bad of [changed, sealed.subarray(0, -30)]) expect(gpg(anna.privateKey, bad).code).not.toBe(0);
  });

  it("is a stream: it stands still while nobody reads", async () => {
    const piece = randomBytes(65_536);
    let taken = 0;
    const plain = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (taken++ < 800) controller.enqueue(piece);
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const sealed = await (await openPgpEnvelope({ recipients: [anna.publicKey] })).seal(plain);
    const reader = sealed.getReader();
    for (let turn = 0; turn < 20; turn++) await reader.read();
    await wait(50);
    const before = taken;
    expect(before).toBeLessThan(100);
    await wait(100);
    expect(taken).toBe(before);
    await reader.cancel();
  });

  it("fails with its source, and leaves nothing behind", async () => {
    const folder = emptyFolder();
    const { source } = controlledSource(notes(2_000), {
      before: (page) => {
        if (page === 150) throw new Error("broken");
      },
    });
    const encrypt = await openPgpEnvelope({ recipients: [anna.publicKey] });
    const { exporter, spooled } = exporterOf([noteDataset("a", source)]);
    const to = fileDelivery(join(folder, "bundle.zip.gpg"));
    expect((await failing(exporter.export(request, { to, encrypt }))).code).toBe("SOURCE_FAILED");
    expect([readdirSync(folder), spooled()]).toEqual([[], []]);
  });

  it("is aborted in the middle", async () => {
    const abort = new AbortController();
    const { source } = controlledSource(notes(2_000), {
      before: (page) => {
        if (page === 100) abort.abort();
      },
    });
    const to = new Collecting();
    const encrypt = await openPgpEnvelope({ recipients: [anna.publicKey] });
    const { exporter, spooled } = exporterOf([noteDataset("a", source)]);
    const error = await failing(exporter.export(request, { to, encrypt, signal: abort.signal }));
    expect([error.code, to.ended, spooled()]).toEqual(["ABORTED", false, []]);
  });
});
