import { spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ed25519Signer,
  type Finding,
  type FindingCode,
  minisignPublicKey,
  type Signer,
  type VerifyOptions,
  verifyBundle,
} from "portmanteau";
import { beforeAll, describe, expect, it } from "vitest";
import {
  controlledSource,
  emptyFolder,
  entriesOf,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  fixed,
  jsonAt,
  noteDataset,
  notes,
  refused,
  request,
  wait,
} from "../support/exporting.ts";
import { bundleEntries, handMadeZip } from "../support/hand-made-zip.ts";
import { toolIsHere } from "../support/tools.ts";

expectNoUnhandledRejection();

/** A key that is always the same. */
const keyOf = (byte: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, byte)]),
    format: "der",
    type: "pkcs8",
  });
const [ours, theirs] = [keyOf(1), keyOf(2)];
const [ourPublic, theirPublic] = [createPublicKey(ours), createPublicKey(theirs)];
const datasets = () => [noteDataset("notes", controlledSource(notes(3)).source)];
const signedBy = async (signer: Signer) => (await exported(datasets(), {}, { sign: signer })).zip;

let signed: Buffer;
let unsigned: Buffer;
beforeAll(async () => {
  signed = await signedBy(ed25519Signer(ours));
  unsigned = (await exported(datasets())).zip;
});

async function codesOf(zip: Buffer | readonly Buffer[], options: VerifyOptions = {}): Promise<FindingCode[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyBundle(zip, options)) findings.push(finding);
  return findings.map(({ code }) => code);
}
const trusting = { publicKeys: [ourPublic] };

describe("a signature", () => {
  it("is sound with its key, also among others, old and new", async () => {
    expect(await codesOf(signed, trusting)).toEqual([]);
    expect(await codesOf(signed, { publicKeys: [theirPublic, ourPublic] })).toEqual([]);
    const { checked, sound } = await verifyBundle(signed, trusting).summary();
    expect({ sound, signature: checked.signature }).toEqual({
      sound: true,
      signature: { status: "valid", keyId: jsonAt(entriesOf(signed), "manifest.json").signature.keyId },
    });
  });

  it("is only noted without a key, and untrusted with another", async () => {
    expect(await codesOf(signed)).toEqual(["SIGNATURE_UNCHECKED"]);
    expect((await verifyBundle(signed).summary()).sound).toBe(true);
    expect(await codesOf(signed, { publicKeys: [theirPublic] })).toEqual(["SIGNATURE_UNTRUSTED"]);
  });

  it("is missing where a key is given, or the manifest speaks of it", async () => {
    expect(await codesOf(unsigned)).toEqual([]);
    expect(await codesOf(unsigned, trusting)).toEqual(["SIGNATURE_MISSING"]);
    const files = entriesOf(signed);
    files.delete("SHA256SUMS.sig");
    expect(await codesOf(handMadeZip(bundleEntries(files)))).toEqual(["SIGNATURE_MISSING"]);
  });

  it("of the same files in another zip is invalid: it covers the container", async () => {
    const repacked = handMadeZip(bundleEntries(entriesOf(signed)).map((entry) => ({ ...entry, stored: true })));
    expect(await codesOf(repacked, trusting)).toEqual(["SIGNATURE_INVALID"]);
    expect(await codesOf(repacked)).toEqual(["SIGNATURE_INVALID", "SIGNATURE_UNCHECKED"]);
  });

  it("of another bundle is invalid", async () => {
    const other = (
      await exported(datasets(), {}, { sign: ed25519Signer(ours), bundleId: fixed.bundleId.replace("7", "8") })
    ).zip;
    const files = entriesOf(signed);
    files.set("SHA256SUMS.sig", entriesOf(other).get("SHA256SUMS.sig") as Buffer);
    expect(await codesOf(handMadeZip(bundleEntries(files)), trusting)).toEqual([
      "SIGNATURE_INVALID",
      "SIGNATURE_INVALID",
    ]);
  });

  it("is the same for the same input, and the rest of the zip is what it was without it, but for the manifest's word", async () => {
    expect(await signedBy(ed25519Signer(ours))).toEqual(signed);
    const [a, b] = [entriesOf(signed), entriesOf(unsigned)];
    const differing = [...a.keys()].filter((path) => !b.get(path)?.equals(a.get(path) as Buffer));
    expect(differing).toEqual(["index.html", "manifest.json", "SHA256SUMS", "SHA256SUMS.sig"]);
  });

  it("finds any single byte that is changed, wherever it is, when the key is given", { timeout: 120_000 }, async () => {
    expect(signed.length).toBeGreaterThan(10_000);
    for (let at = 0; at < signed.length; at++) {
      const changed = Buffer.from(signed);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      let found = false;
      for await (const { severity } of verifyBundle(changed, { ...trusting, level: "digests" })) {
        found = severity === "error";
        if (found) break; // the first error settles it
      }
      if (!found) expect.fail(`byte ${at} was changed, and nothing was found`);
    }
  });

  it("finds every entry that is removed, added, renamed, moved or swapped", async () => {
    const entries = bundleEntries(entriesOf(signed));
    const found = async (changed: typeof entries) => (await codesOf(handMadeZip(changed), trusting)).length > 0;
    for (const [index, entry] of entries.entries()) {
      const without = entries.filter((_, other) => other !== index);
      expect(await found(without), `removed ${entry.path}`).toBe(true);
      expect(
        await found(entries.toSpliced(index, 1, { ...entry, path: `${entry.path}x` })),
        `renamed ${entry.path}`,
      ).toBe(true);
      expect(
        await found(entries.toSpliced(index, 0, { path: `data/more${index}`, bytes: Buffer.from("x") })),
        `added at ${index}`,
      ).toBe(true);
      const next = entries[(index + 1) % entries.length] as (typeof entries)[number];
      expect(
        await found([...without.slice(0, index + 1), entry, ...without.slice(index + 1)]),
        `moved ${entry.path}`,
      ).toBe(true);
      const swapped = entries.map((each) =>
        each === entry ? { ...each, bytes: next.bytes } : each === next ? { ...each, bytes: entry.bytes } : each,
      );
      if (!entry.bytes.equals(next.bytes)) expect(await found(swapped), `swapped ${entry.path}`).toBe(true);
    }
  });

  it.skipIf(!toolIsHere("minisign"))("is confirmed by minisign, and refused when the list was changed", () => {
    const folder = emptyFolder();
    const at = (name: string) => join(folder, name);
    for (const [path, bytes] of entriesOf(signed)) if (path.startsWith("SHA")) writeFileSync(at(path), bytes);
    writeFileSync(at("acme.pub"), minisignPublicKey(ourPublic));
    const minisign = (...args: string[]) =>
      spawnSync("minisign", ["-V", "-m", "SHA256SUMS", "-x", "SHA256SUMS.sig", ...args], {
        cwd: folder,
        encoding: "utf8",
      });
    const { status, stdout, stderr } = minisign("-p", "acme.pub");
    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(`portmanteau-bundle ${fixed.bundleId}`);
    expect(minisign("-P", minisignPublicKey(ourPublic).split("\n")[1] as string).status).toBe(0);
    expect(minisign("-P", minisignPublicKey(theirPublic).split("\n")[1] as string).status).not.toBe(0);
    writeFileSync(at("SHA256SUMS"), `${readFileSync(at("SHA256SUMS"), "utf8")} `);
    expect(minisign("-p", "acme.pub").status).not.toBe(0);
  });

  it.skipIf(!toolIsHere("minisign"))("is checked with a key that minisign made", async () => {
    const folder = emptyFolder();
    const made = spawnSync("minisign", ["-G", "-W", "-p", "a.pub", "-s", "a.key"], { cwd: folder, encoding: "utf8" });
    expect(made.status, made.stderr).toBe(0);
    const publicKey = readFileSync(join(folder, "a.pub"), "utf8");
    const line = Buffer.from(readFileSync(join(folder, "a.key"), "utf8").split("\n")[1] as string, "base64");
    // 2 + 2 + 2 bytes of algorithms, 32 of salt, 8 + 8 of limits, 8 of id, then the seed: not encrypted, because of -W.
    const key = createPrivateKey({
      key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), line.subarray(62, 94)]),
      format: "der",
      type: "pkcs8",
    });
    const zip = await signedBy({ publicKey, sign: (message) => sign(null, message, key) });
    expect(await codesOf(zip, { publicKeys: [publicKey] })).toEqual([]);
    writeFileSync(join(folder, "SHA256SUMS"), entriesOf(zip).get("SHA256SUMS") as Buffer);
    writeFileSync(join(folder, "s"), entriesOf(zip).get("SHA256SUMS.sig") as Buffer);
    expect(spawnSync("minisign", ["-V", "-m", "SHA256SUMS", "-x", "s", "-p", "a.pub"], { cwd: folder }).status).toBe(0);
  });
});

describe("keys", () => {
  const pair = generateKeyPairSync("ed25519");
  const forms = {
    "a KeyObject": [pair.privateKey, pair.publicKey],
    PEM: [
      pair.privateKey.export({ type: "pkcs8", format: "pem" }),
      pair.publicKey.export({ type: "spki", format: "pem" }),
    ],
    JWK: [pair.privateKey.export({ format: "jwk" }), pair.publicKey.export({ format: "jwk" })],
    "JWK as text": [
      JSON.stringify(pair.privateKey.export({ format: "jwk" })),
      JSON.stringify(pair.publicKey.export({ format: "jwk" })),
    ],
    "minisign's file": [pair.privateKey, minisignPublicKey(pair.publicKey)],
    "minisign's line": [pair.privateKey, minisignPublicKey(pair.publicKey).split("\n")[1] as string],
  } as const;
  for (const [form, [privateKey, publicKey]] of Object.entries(forms)) {
    it(`are taken as ${form}`, async () => {
      const zip = await signedBy(ed25519Signer(privateKey as string));
      expect(await codesOf(zip, { publicKeys: [publicKey as string] })).toEqual([]);
    });
  }

  for (const [what, key] of [
    ["nothing", ""],
    ["a text", "hello"],
    ["JSON", "{}"],
    ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey],
    ["a public key", pair.publicKey],
  ] as const) {
    it(`are refused when they are ${what}`, () => {
      expect(refused(() => ed25519Signer(key as string)).code).toBe("CONFIG_INVALID");
      if (what !== "a public key")
        expect(refused(() => verifyBundle(signed, { publicKeys: [key as string] })).code).toBe("CONFIG_INVALID");
    });
  }
});

describe("a signer", () => {
  it("of another public key, one that throws and one that gives nonsense end the export, and nothing is delivered", async () => {
    const bad: readonly Signer[] = [
      { publicKey: theirPublic, sign: (message) => sign(null, message, ours) },
      {
        publicKey: ourPublic,
        sign: () => {
          throw new Error("no connection");
        },
      },
      { publicKey: ourPublic, sign: async () => new Uint8Array(3) },
    ];
    for (const signer of bad) expect((await failing(signedBy(signer))).code).toBe("SIGNING_FAILED");
  });

  it("without a public key that is one is refused before anything is read", async () => {
    const { source, seen } = controlledSource(notes(3));
    const error = await failing(
      exported([noteDataset("notes", source)], {}, { sign: { publicKey: "x", sign: () => new Uint8Array(64) } }),
    );
    expect([error.code, seen.opened]).toEqual(["CONFIG_INVALID", 0]);
  });

  it("that never answers does not hold an export that is aborted", async () => {
    const stop = new AbortController();
    const { exporter, spooled } = exporterOf(datasets());
    let asked = false;
    const sign = () => {
      asked = true;
      return new Promise<Uint8Array>(() => {});
    };
    const file = new WritableStream<Uint8Array>();
    const exporting = exporter.export(request, { to: file, signal: stop.signal, sign: { publicKey: ourPublic, sign } });
    while (!asked) await wait(1);
    stop.abort();
    expect((await failing(exporting)).code).toBe("ABORTED");
    expect(spooled()).toEqual([]);
  });
});
