import type { RandomAccess } from "../model/ports.ts";
import { readExactly, readingAhead } from "./random-access.ts";

/** One record of the central directory, as the file says. */
export interface CentralRecord {
  readonly generalPurposeBitFlag: number;
  readonly compressionMethod: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly relativeOffsetOfLocalHeader: number;
  readonly fileNameRaw: Buffer;
}

/**
 * What is wrong with a zip as a container. `mismatch`: an entry's two headers disagree, so that two readers may see two files.
 * `unexpected`: a header does not say what the format fixes. `overlap`: entries share bytes. `unclaimed`: bytes belong to nothing.
 */
export interface HeaderProblem {
  readonly kind: "mismatch" | "unexpected" | "overlap" | "unclaimed";
  readonly message: string;
  readonly record?: CentralRecord;
}

const [max16, max32] = [0xffff, 0xffffffff];
const [methodStored, methodDeflated] = [0, 8];
/** UTF-8 names; no data descriptor, nothing encrypted. */
const flags = 0x0800;
/** 1980-01-01, the first day that a zip can say. */
const [time, date] = [0, 0x0021];

/**
 * Holds every byte outside the entries' data against what the format fixes: the headers are made anew from what they must say, and
 * compared. A zip that passes has exactly one reading, and no byte in it that nobody looks at.
 *
 * @param records the central directory, in its order
 */
export async function* headerProblems(
  file: RandomAccess,
  records: readonly CentralRecord[],
): AsyncGenerator<HeaderProblem> {
  let end = 0;
  // No more than costs the same as one header: what comes after it may be a large entry's data.
  const headers = readingAhead(file, 4_096);
  const byPlace = [...records].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  for (const record of byPlace) {
    const at = record.relativeOffsetOfLocalHeader;
    if (at > end) yield unclaimed(at - end, "before the entry", record);
    if (at < end) {
      yield { kind: "overlap", message: "The entry shares bytes with another.", record };
      continue; // thousands may share one header: each byte is looked at once
    }
    const local = await localHeader(headers, at);
    if (local === undefined) {
      yield { kind: "mismatch", message: "The entry has no header of its own.", record };
      continue;
    }
    const differing = differences(local, record);
    const expected = expectedLocal(record);
    if (differing.length > 0)
      yield {
        kind: "mismatch",
        message: `Its header and the central directory differ in ${differing.join(", ")}.`,
        record,
      };
    else if (!local.equals(expected))
      yield {
        kind: "unexpected",
        message: `Its header is not as the format fixes it${firstDifference(local, expected)}.`,
        record,
      };
    end = Math.max(end, at + local.length + record.compressedSize);
  }

  const misplaced = records.find((record, index) => record !== byPlace[index]);
  if (misplaced !== undefined)
    yield { kind: "unexpected", message: "The central directory names it in another order.", record: misplaced };

  // The directory stands after the last entry and says again what the headers say; after it comes only its end record.
  let at = end;
  const directory = readingAhead(file, 65_536);
  for (const record of records) {
    const expected = expectedCentral(record);
    const actual = await upTo(directory, at, expected.length);
    if (!actual.equals(expected)) {
      yield {
        kind: "unexpected",
        message: `Its record in the central directory is not as the format fixes it${firstDifference(actual, expected)}.`,
        record,
      };
      return; // where the next one begins is not known
    }
    at += expected.length;
  }
  const expected = expectedEnd(records.length, end, at - end);
  if (!(await upTo(file, at, expected.length)).equals(expected))
    yield { kind: "unexpected", message: "The end of the central directory is not as the format fixes it." };
  else if (at + expected.length < file.size) yield unclaimed(file.size - at - expected.length, "after the end");
}

function unclaimed(bytes: number, where: string, record?: CentralRecord): HeaderProblem {
  const message = `${bytes} bytes ${where} belong to nothing.`;
  return { kind: "unclaimed", message, ...(record === undefined ? {} : { record }) };
}

async function upTo(file: RandomAccess, at: number, length: number): Promise<Buffer> {
  return readExactly(file, at, Math.max(0, Math.min(length, file.size - at)));
}

/** The header before an entry's data, name and extra field included; nothing where there is none. */
async function localHeader(file: RandomAccess, at: number): Promise<Buffer | undefined> {
  const fixed = await upTo(file, at, 30);
  if (fixed.length < 30 || fixed.readUInt32LE(0) !== 0x04034b50) return undefined;
  const length = 30 + fixed.readUInt16LE(26) + fixed.readUInt16LE(28);
  const header = await upTo(file, at, length);
  return header.length === length ? header : undefined;
}

/** The facts in which a reader of the one header and a reader of the other would see different files. */
function differences(local: Buffer, record: CentralRecord): string[] {
  const name = local.subarray(30, 30 + local.readUInt16LE(26));
  const { bytes, compressedBytes } = localSizes(local);
  const hasDescriptor = (local.readUInt16LE(6) & 0x08) !== 0; // then crc and sizes follow the data, and stand here as 0
  const late = hasDescriptor && local.readUInt32LE(14) === 0 && compressedBytes === 0 && bytes === 0;
  return [
    name.equals(record.fileNameRaw) ? "" : "the name",
    local.readUInt16LE(6) === record.generalPurposeBitFlag ? "" : "the flags",
    local.readUInt16LE(8) === record.compressionMethod ? "" : "the compression method",
    late || local.readUInt32LE(14) === record.crc32 ? "" : "the CRC-32",
    late || compressedBytes === record.compressedSize ? "" : "the compressed size",
    late || bytes === record.uncompressedSize ? "" : "the size",
  ].filter((each) => each !== "");
}

function localSizes(local: Buffer): { readonly bytes: number; readonly compressedBytes: number } {
  const sizes = { compressedBytes: local.readUInt32LE(18), bytes: local.readUInt32LE(22) };
  const extra = local.subarray(30 + local.readUInt16LE(26));
  const isZip64 = extra.length >= 20 && extra.readUInt16LE(0) === 0x0001 && extra.readUInt16LE(2) >= 16;
  if (!isZip64 || sizes.bytes !== max32 || sizes.compressedBytes !== max32) return sizes;
  return { bytes: Number(extra.readBigUInt64LE(4)), compressedBytes: Number(extra.readBigUInt64LE(12)) };
}

const isDirectory = ({ fileNameRaw }: CentralRecord): boolean => fileNameRaw.at(-1) === 0x2f;

/** What both headers say alike. */
function sharedFields(
  record: CentralRecord,
  version: number,
  [bytes, compressedBytes]: readonly [number, number],
): Buffer {
  const { crc32, compressionMethod, uncompressedSize, compressedSize, fileNameRaw } = record;
  // A file is deflated, or stored when that says the same of its sizes; a directory has nothing to deflate.
  const isStored = isDirectory(record) || (compressionMethod === methodStored && uncompressedSize === compressedSize);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(version, 0); // version needed to extract
  fields.writeUInt16LE(flags, 2); // general purpose bit flags
  fields.writeUInt16LE(isStored ? methodStored : methodDeflated, 4); // compression method
  fields.writeUInt16LE(time, 6); // last modification time
  fields.writeUInt16LE(date, 8); // last modification date
  fields.writeUInt32LE(crc32, 10);
  fields.writeUInt32LE(compressedBytes, 14); // compressed size
  fields.writeUInt32LE(bytes, 18); // uncompressed size
  fields.writeUInt16LE(fileNameRaw.length, 22); // file name length
  return fields; // 24: extra field length, by the caller
}

function expectedLocal(record: CentralRecord): Buffer {
  const { uncompressedSize, compressedSize, fileNameRaw } = record;
  const isLarge = uncompressedSize >= max32 || compressedSize >= max32;
  const extra = isLarge ? zip64Extra([uncompressedSize, compressedSize]) : Buffer.alloc(0);
  const fields = isLarge
    ? sharedFields(record, 45, [max32, max32])
    : sharedFields(record, 20, [uncompressedSize, compressedSize]);
  fields.writeUInt16LE(extra.length, 24); // extra field length
  return Buffer.concat([Buffer.from([0x50, 0x4b, 0x03, 0x04]), fields, fileNameRaw, extra]);
}

function expectedCentral(record: CentralRecord): Buffer {
  const { uncompressedSize, compressedSize, relativeOffsetOfLocalHeader: offset, fileNameRaw } = record;
  const isLarge = uncompressedSize >= max32 || compressedSize >= max32 || offset >= max32;
  const extra = isLarge ? zip64Extra([uncompressedSize, compressedSize, offset]) : Buffer.alloc(0);
  const fields = isLarge
    ? sharedFields(record, 45, [max32, max32])
    : sharedFields(record, 20, [uncompressedSize, compressedSize]);
  fields.writeUInt16LE(extra.length, 24); // extra field length
  const rest = Buffer.alloc(14);
  rest.writeUInt16LE(0, 0); // file comment length
  rest.writeUInt16LE(0, 2); // disk number start
  rest.writeUInt16LE(0, 4); // internal file attributes
  const attributes = isDirectory(record) ? [0o40755, 0x10] : [0o100644, 0x20]; // Unix mode; MS-DOS directory or archive bit
  rest.writeUInt32LE((((attributes[0] as number) << 16) | (attributes[1] as number)) >>> 0, 6); // external file attributes
  rest.writeUInt32LE(isLarge ? max32 : offset, 10); // offset of the local header
  const madeBy = Buffer.from([45, 3]); // version made by: 4.5 of the format, on Unix
  return Buffer.concat([Buffer.from([0x50, 0x4b, 0x01, 0x02]), madeBy, fields, rest, fileNameRaw, extra]);
}

function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(0x0001, 0); // header id: zip64 extended information
  extra.writeUInt16LE(8 * values.length, 2); // size of what follows
  for (const [index, value] of values.entries())
    extra.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 4 + 8 * index); // 2⁶⁴ − 1 was read as 2⁶⁴
  return extra;
}

/** The end record, and before it the two of zip64 where a field would not fit. */
function expectedEnd(count: number, offset: number, length: number): Buffer {
  const isLarge = count >= max16 || offset >= max32 || length >= max32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0); // end of central directory signature
  end.writeUInt16LE(isLarge ? max16 : count, 8); // entries on this disk
  end.writeUInt16LE(isLarge ? max16 : count, 10); // entries in all
  end.writeUInt32LE(isLarge ? max32 : length, 12); // size of the directory
  end.writeUInt32LE(isLarge ? max32 : offset, 16); // its offset
  if (!isLarge) return end; // 20: comment length, 0
  const large = Buffer.alloc(76);
  large.writeUInt32LE(0x06064b50, 0); // zip64 end of central directory signature
  large.writeBigUInt64LE(44n, 4); // size of what follows in this record
  large.writeUInt16LE(45, 12); // version made by
  large.writeUInt16LE(45, 14); // version needed to extract
  large.writeBigUInt64LE(BigInt(count), 24); // entries on this disk
  large.writeBigUInt64LE(BigInt(count), 32); // entries in all
  large.writeBigUInt64LE(BigInt(length), 40); // size of the directory
  large.writeBigUInt64LE(BigInt(offset), 48); // its offset
  large.writeUInt32LE(0x07064b50, 56); // zip64 end of central directory locator signature
  large.writeBigUInt64LE(BigInt(offset + length), 64); // offset of the record above
  large.writeUInt32LE(1, 72); // number of disks
  return Buffer.concat([large, end]);
}

function firstDifference(actual: Buffer, expected: Buffer): string {
  const at = expected.findIndex((byte, index) => byte !== actual[index]);
  return at === -1 ? "" : `, from its byte ${at} on`;
}
