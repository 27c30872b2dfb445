/**
 * `npx jiti test/bundles/make.ts`: makes the bundles of this folder anew; the same bytes each time. One in `invalid/` per code that a
 * finding can have, named after it; in `hostile/` what no honest program writes.
 */

import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileDelivery } from "../../src/deliveries/file/index.ts";
import { createExporter, type Dataset, type ExportOptions, ed25519Signer, minisignPublicKey } from "../../src/index.ts";
import { damages, datasets } from "../bundle/damages.ts";
import { hostileZips } from "../bundle/hostile-zips.ts";
import { bundleEntries, handMadeZip } from "../support/hand-made-zip.ts";
import { Collecting, controlledSource, entriesOf, fixed, noteDataset, notes, request } from "../support/notes.ts";

const folder = import.meta.dirname;

const controller = { name: "Acme", contact: "privacy@acme.example" };

/** A key that is always the same, and stands here for everybody to see. */
const keyOf = (byte: number) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, byte)]),
    format: "der",
    type: "pkcs8",
  });

async function exportedTo(of: readonly Dataset[], options: Partial<ExportOptions> = {}): Promise<Buffer> {
  const to = new Collecting();
  const exporter = createExporter({ controller, datasets: of, pageRecords: 10 });
  await exporter.export(request, { to, ...fixed, ...options });
  return to.bytes;
}

/** The first zip of a set. */
async function firstPart(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-make-"));
  try {
    const exporter = createExporter({
      controller,
      datasets: [noteDataset("notes", controlledSource(notes(20_000)).source)],
    });
    await exporter.export(request, { to: fileDelivery(join(folder, "bundle.zip")), splitBytes: 80_000, ...fixed });
    return readFileSync(join(folder, "bundle.part1.zip"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sound = await exportedTo(datasets());
const signed = await exportedTo(datasets(), { sign: ed25519Signer(keyOf(1)) });
const unsignedFiles = entriesOf(signed);
unsignedFiles.delete("SHA256SUMS.sig");

/** The first damage of each code, and what needs more than one bundle. */
const invalid: ReadonlyMap<string, Buffer> = new Map([
  ...[...damages].reverse().map(([code, , damage]) => [code, damage(entriesOf(sound))] as const),
  ["SIGNATURE_MISSING", handMadeZip(bundleEntries(unsignedFiles))],
  ["SIGNATURE_INVALID", handMadeZip(bundleEntries(entriesOf(signed)).map((entry) => ({ ...entry, stored: true })))],
  ["SIGNATURE_UNTRUSTED", await exportedTo(datasets(), { sign: ed25519Signer(keyOf(2)) })],
  ["SIGNATURE_UNCHECKED", signed],
  ["PART_MISSING", await firstPart()],
  ["PART_FOREIGN", await exportedTo(datasets(), { bundleId: fixed.bundleId.replace("7", "8") })],
]);

for (const each of ["invalid", "hostile"]) {
  rmSync(join(folder, each), { recursive: true, force: true });
  mkdirSync(join(folder, each));
}
writeFileSync(join(folder, "sound.zip"), sound);
writeFileSync(join(folder, "sound-signed.zip"), signed);
writeFileSync(join(folder, "test.pub"), minisignPublicKey(createPublicKey(keyOf(1))));
for (const [code, zip] of invalid) writeFileSync(join(folder, "invalid", `${code}.zip`), zip);
for (const { name, make } of hostileZips) writeFileSync(join(folder, "hostile", `${name}.zip`), make(entriesOf(sound)));
