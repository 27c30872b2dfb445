import { createHash, generateKeyPairSync } from "node:crypto";
import { ed25519Signer, type Finding, type FindingCode, verifyBundle } from "portmanteau";
import { beforeAll, describe, expect, it } from "vitest";
import {
  controlledSource,
  entriesOf,
  expectNoUnhandledRejection,
  fixed,
  jsonAt,
  noteDataset,
} from "../support/exporting.ts";
import { bundleEntries, handMadeZip } from "../support/hand-made-zip.ts";
import { exportedSet } from "../support/split.ts";

expectNoUnhandledRejection();

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const sign = ed25519Signer(privateKey);

/** Records that no zlib makes small. */
const records = Array.from({ length: 2_000 }, (_, id) => ({
  id,
  owner: "u1",
  text: createHash("sha512").update(`${id}`).digest("base64"),
}));
const datasets = () => [
  noteDataset("notes", controlledSource(records).source),
  noteDataset("few", controlledSource(records.slice(0, 3)).source),
];
const setOf = async (options = {}) => (await exportedSet(datasets(), 80_000, {}, options)).parts.map(({ zip }) => zip);

let set: Buffer[];
let other: Buffer[];
beforeAll(async () => {
  set = await setOf();
  other = await setOf({ bundleId: fixed.bundleId.replace("7", "8") });
});

async function findingsOf(zips: readonly Buffer[], options = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyBundle(zips, options)) findings.push(finding);
  return findings;
}
const codesOf = async (zips: readonly Buffer[], options = {}): Promise<FindingCode[]> =>
  (await findingsOf(zips, options)).map(({ code }) => code);

/** A part with another manifest, all digests made to fit. */
// biome-ignore lint/suspicious/noExplicitAny: damage follows no type
function edited(zip: Buffer, change: (manifest: any) => void): Buffer {
  const files = entriesOf(zip);
  const manifest = jsonAt(files, "manifest.json");
  change(manifest);
  files.set("manifest.json", Buffer.from(JSON.stringify(manifest)));
  files.delete("SHA256SUMS");
  const sums = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sums.map(([path, bytes]) => `${createHash("sha256").update(bytes).digest("hex")}  ${path}\n`);
  files.set("SHA256SUMS", Buffer.from(lines.join("")));
  return handMadeZip(bundleEntries(files));
}

describe("a set of zips", () => {
  it("is sound together, in any order, and says how much was checked", async () => {
    expect(set.length).toBeGreaterThan(2);
    expect(await codesOf(set)).toEqual([]);
    expect(await codesOf(set.toReversed())).toEqual([]);
    expect(await verifyBundle(set).summary()).toMatchObject({
      sound: true,
      complete: true,
      valid: true,
      checked: { zips: set.length, datasets: 2, records: records.length + 3 },
    });
  });

  it("with a part that is missing is valid and not complete, whichever it is", async () => {
    for (const index of set.keys()) {
      const rest = set.toSpliced(index, 1);
      const [finding, ...more] = await findingsOf(rest);
      expect([finding?.code, more]).toEqual(["PART_MISSING", []]);
      expect(finding?.message).toContain(`${index + 1}`);
      expect(await verifyBundle(rest).summary()).toMatchObject({ sound: false, complete: false, valid: true });
    }
  });

  it("with a part of another bundle in its place names that zip, and what is missing", async () => {
    const swapped = set.with(1, other[1] as Buffer);
    const [foreign, missing] = await findingsOf(swapped);
    expect([foreign?.code, foreign?.zip, missing?.code]).toEqual(["PART_FOREIGN", 1, "PART_MISSING"]);
  });

  it("with a part of the same name and number that was made for another set is found by its digest", async () => {
    const again = edited(set[1] as Buffer, () => {});
    expect(await codesOf(set.with(1, again))).toEqual(["PART_FOREIGN"]);
    expect(
      await codesOf(
        set.with(
          0,
          edited(set[0] as Buffer, () => {}),
        ),
      ),
    ).toEqual(["PART_FOREIGN"]);
  });

  it("with a part twice says so", async () => {
    expect(await codesOf([...set, set[1] as Buffer])).toEqual(["PART_FOREIGN"]);
  });

  it("whose manifests contradict each other is found", async () => {
    const changed = edited(set.at(-1) as Buffer, (manifest) => void (manifest.datasets[0].records.expected = 7));
    expect(await codesOf(set.with(-1, changed))).toContain("PART_FOREIGN");
  });

  it("whose files do not add up to the manifest's count is found", async () => {
    const less = set.map((zip) =>
      edited(zip, ({ datasets }) => {
        datasets[0].records.read = datasets[0].records.written = records.length + 1;
      }),
    );
    expect(await codesOf(less)).toEqual([
      ...less.slice(1).map(() => "PART_FOREIGN"),
      "COUNT_MISMATCH",
      "COUNT_MISMATCH",
    ]);
  });

  it("with a damaged part is not valid, and the finding names the zip and the file", async () => {
    const files = entriesOf(set[1] as Buffer);
    files.set("data/notes.csv", Buffer.concat([files.get("data/notes.csv") as Buffer, Buffer.from("x")]));
    const findings = await findingsOf(set.with(1, handMadeZip(bundleEntries(files))));
    expect(findings).toContainEqual(
      expect.objectContaining({ code: "DIGEST_MISMATCH", zip: 1, path: "data/notes.csv" }),
    );
  });

  it("that is signed is signed in every part", async () => {
    const signed = await setOf({ sign });
    expect(await codesOf(signed, { publicKeys: [publicKey] })).toEqual([]);
    expect(await codesOf([...signed.slice(0, -1), set.at(-1) as Buffer], { publicKeys: [publicKey] })).toContain(
      "SIGNATURE_MISSING",
    );
  });

  it("that claims a million parts is answered at once", async () => {
    const claims = edited(set[0] as Buffer, ({ part }) => void (part.count = 2 ** 52));
    const [finding] = await findingsOf([claims]);
    expect([finding?.code, (finding?.message.length ?? 999) < 200]).toEqual(["PART_MISSING", true]);
  });
});
