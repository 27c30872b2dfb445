import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import type { JsonValue } from "../../src/model/json.ts";
import { csv, type FilesSourceOptions, filesSource, jsonArray, ndjson } from "../../src/sources/files/index.ts";
import { sourceContract } from "../../src/testing/index.ts";
import { type ContractNote, expected, nobody, other, subject } from "../support/contract-notes.ts";
import { openFilesIn } from "../support/files.ts";

const runner = { describe, it, afterAll };

const files: readonly (readonly [
  name: string,
  format: FilesSourceOptions["format"],
  text: (notes: readonly ContractNote[]) => string,
])[] = [
  ["NDJSON", ndjson(), (notes) => notes.map((note) => `${JSON.stringify(note)}\n`).join("")],
  ["a JSON array", jsonArray("/notes"), (notes) => JSON.stringify({ notes })],
  [
    "CSV",
    csv(),
    (notes) => `id,owner,text\n${notes.map(({ id, owner, text }) => `${id},${owner},"${text}"\n`).join("")}`,
  ],
];

for (const [name, format, text] of files)
  sourceContract<JsonValue>(
    `files, ${name}`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), "portmanteau-files-contract-"));
      const path = join(folder, "notes");
      writeFileSync(path, text([...other.expected.slice(0, 2), ...expected, ...other.expected.slice(2)]));
      let fetched = 0;
      const over = (paths: string) =>
        filesSource<JsonValue>({
          paths,
          format,
          belongs: "/owner",
          map: (note) => {
            fetched++;
            return note;
          },
        });
      return {
        source: over(path),
        subject,
        expected,
        other,
        nobody,
        fetched: () => fetched,
        ...(process.platform === "linux" ? { handles: () => openFilesIn(folder) } : {}),
        refused: over(join(folder, "missing")),
        teardown: () => rmSync(folder, { recursive: true }),
      };
    },
    runner,
  );
