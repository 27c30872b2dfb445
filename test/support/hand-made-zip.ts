import { crc32, deflateRawSync } from "node:zlib";

/** What a header says instead of the truth. */
export interface Claims {
  readonly name?: Buffer;
  readonly version?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly time?: number;
  readonly date?: number;
  readonly crc32?: number;
  readonly compressedBytes?: number;
  readonly bytes?: number;
  readonly extra?: Buffer;
  readonly madeBy?: number;
  readonly internal?: number;
  readonly attributes?: number;
  readonly comment?: Buffer;
  readonly disk?: number;
  readonly offset?: number;
}

export interface HandMadeEntry {
  readonly path: string;
  readonly bytes: Buffer;
  /** Deflated bytes that are taken as they are. */
  readonly deflated?: Buffer;
  readonly stored?: boolean;
  /** In both headers. */
  readonly claims?: Claims;
  readonly local?: Claims;
  readonly central?: Claims;
  /** Bytes before the entry that belong to nothing. */
  readonly gap?: Buffer;
}

export interface HandMadeZip {
  readonly prefix?: Buffer;
  readonly suffix?: Buffer;
  readonly comment?: Buffer;
  /** How many entries the end record claims. */
  readonly count?: number;
  /** Puts the records of the central directory in another order. */
  readonly directoryOrder?: (records: readonly Buffer[]) => readonly Buffer[];
  /** Bytes between the last entry and the central directory. */
  readonly beforeDirectory?: Buffer;
}

/** A zip of any entries, good or bad: our own writer would refuse them. Without claims its headers are what the format fixes. */
export function handMadeZip(
  entries: readonly HandMadeEntry[],
  { prefix, suffix, comment, count, directoryOrder = (records) => records, beforeDirectory }: HandMadeZip = {},
): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  const put = (...pieces: readonly Buffer[]) => {
    for (const piece of pieces) length += piece.length;
    parts.push(...pieces);
  };
  if (prefix !== undefined) put(prefix);
  const records: Buffer[] = [];
  for (const { path, bytes, deflated, stored = path.endsWith("/"), claims, local, central, gap } of entries) {
    if (gap !== undefined) put(gap);
    const packed = deflated ?? (stored ? bytes : deflateRawSync(bytes));
    const isDirectory = path.endsWith("/");
    const truth = {
      name: Buffer.from(path),
      version: 20,
      flags: 0x0800,
      method: stored ? 0 : 8,
      time: 0,
      date: 0x21,
      crc32: crc32(bytes),
      compressedBytes: packed.length,
      bytes: bytes.length,
      extra: Buffer.alloc(0),
      madeBy: 0x032d,
      internal: 0,
      attributes: isDirectory ? 0x41ed0010 : 0x81a40020,
      comment: Buffer.alloc(0),
      disk: 0,
      offset: length,
    };
    const here = { ...truth, ...claims, ...local };
    put(Buffer.from([0x50, 0x4b, 3, 4]), fields(here), here.name, here.extra, packed);
    const there = { ...truth, ...claims, ...central };
    const made = Buffer.alloc(6);
    made.writeUInt32LE(0x02014b50, 0);
    made.writeUInt16LE(there.madeBy, 4);
    const rest = Buffer.alloc(14);
    rest.writeUInt16LE(there.comment.length, 0);
    rest.writeUInt16LE(there.disk, 2);
    rest.writeUInt16LE(there.internal, 4);
    rest.writeUInt32LE(there.attributes, 6);
    rest.writeUInt32LE(there.offset, 10);
    records.push(Buffer.concat([made, fields(there), rest, there.name, there.extra, there.comment]));
  }
  if (beforeDirectory !== undefined) put(beforeDirectory);
  const offset = length;
  const directory = Buffer.concat(directoryOrder(records));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count ?? entries.length, 8);
  end.writeUInt16LE(count ?? entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment?.length ?? 0, 20);
  return Buffer.concat([...parts, directory, end, comment ?? Buffer.alloc(0), suffix ?? Buffer.alloc(0)]);
}

/** Version, flags, method, time, date, CRC-32, sizes, and the lengths of name and extra field. */
function fields(
  of: Required<Omit<Claims, "madeBy" | "internal" | "attributes" | "comment" | "disk" | "offset">>,
): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(of.version, 0);
  bytes.writeUInt16LE(of.flags, 2);
  bytes.writeUInt16LE(of.method, 4);
  bytes.writeUInt16LE(of.time, 6);
  bytes.writeUInt16LE(of.date, 8);
  bytes.writeUInt32LE(of.crc32, 10);
  bytes.writeUInt32LE(of.compressedBytes, 14);
  bytes.writeUInt32LE(of.bytes, 18);
  bytes.writeUInt16LE(of.name.length, 22);
  bytes.writeUInt16LE(of.extra.length, 24);
  return bytes;
}

/** The directories that a file stands in, each before what is in it: those of the attachments have one for each dataset. */
const directoriesOf = (path: string): readonly string[] =>
  [/^(?:data|files|quarantine|schemas)\//, /^files\/[^/]+\//].flatMap((pattern) => pattern.exec(path)?.[0] ?? []);

/** The files of a bundle as entries: each directory before what is in it, `SHA256SUMS` and its signature last. */
export function bundleEntries(files: ReadonlyMap<string, Buffer>): HandMadeEntry[] {
  const entries: HandMadeEntry[] = [];
  const begun = new Set<string>();
  for (const [path, bytes] of files) {
    for (const directory of directoriesOf(path)) {
      if (begun.has(directory)) continue;
      begun.add(directory);
      entries.push({ path: directory, bytes: Buffer.alloc(0) });
    }
    entries.push({ path, bytes, stored: path === "SHA256SUMS.sig" });
  }
  return entries;
}
