import type { BundleDataset } from "../../bundle/bundle-dataset.ts";
import { PortmanteauError } from "../../model/errors.ts";
import { Lines } from "./lines.ts";

/** What goes into a volume as a whole: one record in JSON and in CSV, or one element of the quarantine. */
export type Row =
  | { readonly json: Buffer; readonly csv: Buffer; readonly quarantine?: never }
  | { readonly quarantine: Buffer; readonly json?: never; readonly csv?: never };

/** A dataset's sealed files, read once, side by side. */
export interface OpenRows {
  /** The header of the CSV file, line end and byte order mark included. */
  readonly header: Buffer;
  /** Rows of about `chunkBytes` together, at least one: the records first, then the quarantine. */
  chunks(chunkBytes: number): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}

export async function openRows({ dataset: { name }, json, csv, quarantine }: BundleDataset): Promise<OpenRows> {
  const files = {
    json: new Lines(json, { dataset: name }),
    csv: new Lines(csv, { dataset: name, quoted: true }),
    quarantine: quarantine === undefined ? undefined : new Lines(quarantine, { dataset: name }),
  };
  const close = async () => {
    for (const file of Object.values(files)) await file?.close();
  };
  try {
    const header = await files.csv.more();
    await files.json.more(); // its "["
    if (header === undefined) throw corrupt(name);
    return {
      header,
      async *chunks(chunkBytes) {
        yield* recordChunks(name, json.records, files.json, files.csv, chunkBytes);
        if (files.quarantine !== undefined && quarantine !== undefined)
          yield* quarantineChunks(name, quarantine.records, files.quarantine, chunkBytes);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* recordChunks(
  name: string,
  count: number,
  jsonLines: Lines,
  csvLines: Lines,
  chunkBytes: number,
): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = [];
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const line = jsonLines.next() ?? (await jsonLines.more());
    const csv = csvLines.next() ?? (await csvLines.more());
    if (line === undefined || csv === undefined) throw corrupt(name);
    const json = elementOf(line);
    rows.push({ json, csv });
    bytes += json.length + csv.length;
    if (bytes < chunkBytes) continue;
    yield rows;
    rows = [];
    bytes = 0;
  }
  if (rows.length > 0) yield rows;
  await expectEnd(name, jsonLines, csvLines);
}

/** The elements of a sealed quarantine file, in chunks as above. */
export async function* quarantineChunks(
  name: string,
  count: number,
  lines: Lines,
  chunkBytes: number,
): AsyncGenerator<readonly Row[]> {
  await lines.more(); // its "["
  let rows: Row[] = [];
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const line = lines.next() ?? (await lines.more());
    if (line === undefined) throw corrupt(name);
    const quarantine = elementOf(line);
    rows.push({ quarantine });
    bytes += quarantine.length;
    if (bytes < chunkBytes) continue;
    yield rows;
    rows = [];
    bytes = 0;
  }
  if (rows.length > 0) yield rows;
  await expectEnd(name, lines);
}

/** Only at its end is a spooled stream seen to be what was written. */
async function expectEnd(name: string, json: Lines, csv?: Lines): Promise<void> {
  const closing = json.next() ?? (await json.more());
  if (closing?.toString() !== "]\n") throw corrupt(name);
  for (const lines of csv === undefined ? [json] : [json, csv]) {
    if ((lines.next() ?? (await lines.more())) !== undefined) throw corrupt(name);
  }
}

const comma = 0x2c;

/** A line of a JSON array without its line end and the comma after the element. */
function elementOf(line: Buffer): Buffer {
  const end = line.length - 1;
  return line.subarray(0, line[end - 1] === comma ? end - 1 : end);
}

function corrupt(dataset: string): PortmanteauError {
  return new PortmanteauError(
    "SPOOL_CORRUPT",
    `The spooled files of dataset "${dataset}" do not have as many records as were written.`,
    { context: { dataset } },
  );
}
