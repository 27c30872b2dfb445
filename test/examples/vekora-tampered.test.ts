import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { ed25519Signer, verifyBundle } from "portmanteau";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../examples/vekora/database.ts";
import { vekoraExporter } from "../../examples/vekora/exporter.ts";
import { mainSubject, mainSubjectEmail } from "../../examples/vekora/seed.ts";
import { Collecting } from "../support/notes.ts";

describe("the Vekora bundle, signed", () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const trusting = { publicKeys: [createPublicKey(privateKey)], level: "digests" } as const;
  let database: Database;
  let signed: Buffer;

  beforeAll(async () => {
    database = await openDatabase({ apiRequests: 6_000 });
    const to = new Collecting();
    const identities = [{ identity_type: "email", identity_value: mainSubjectEmail }];
    const id = "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77";
    const request = { id, type: "access", subject: { id: mainSubject, identities } } as const;
    await vekoraExporter(database).export(request, { to, sign: ed25519Signer(privateKey) });
    signed = to.bytes;
  });
  afterAll(() => database?.close());

  it("is sound, and not when a bit of it is flipped, wherever it is", async () => {
    expect((await verifyBundle(signed, trusting).summary()).sound).toBe(true);
    const step = Math.floor(signed.length / 80);
    for (let at = 0; at < signed.length; at += step) {
      const changed = Buffer.from(signed);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      expect((await verifyBundle(changed, trusting).summary()).sound, `byte ${at} of ${signed.length}`).toBe(false);
    }
  });
});
