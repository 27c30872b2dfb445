import { Buffer } from "node:buffer";
import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Attachment, OpenAttachment } from "../model/attachment.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Page, ReadContext, Source, SourceSubject } from "../model/source.ts";

/** A file as it was when its folder was read. */
export interface DirectoryFile {
  /** Below the subject's folder, divided by `/` on every system. */
  readonly path: string;
  /** Size in bytes; nothing when the file was gone before it could be looked at. */
  readonly bytes: number | undefined;
  /** When it was last written; nothing when the file was gone before it could be looked at. */
  readonly modifiedAt: Date | undefined;
}

/** Which folder is a person's, and what record a file becomes. */
export interface DirectorySourceOptions<R = DirectoryRecord> {
  /** The folder that holds the folders of all subjects. */
  readonly root: string;
  /** The subject's folder below the root, divided by `/`. Default: the subject's id. */
  readonly folder?: (subject: SourceSubject) => string;
  /** Leaves out the files for which it is false. Default: none. */
  readonly filter?: (file: DirectoryFile) => boolean;
  /** Media type of a file. Default `"application/octet-stream"`. */
  readonly mediaType?: (file: DirectoryFile) => string | undefined;
  /** Makes the record of a file; the engine adds `file`. Default: one of `storedFileSchema`. */
  readonly map?: (file: DirectoryFile, subject: SourceSubject) => R;
}

/** The record of a file, as `storedFileSchema` has it. */
export interface DirectoryRecord {
  /** The subject's own key. */
  readonly accountId: string;
  /** When it was last written: ISO 8601, UTC. */
  readonly modifiedAt: string | null;
}

const readBytes = 256 * 1024;
const slash = Buffer.from("/");

/**
 * Reads a folder of files that belong to the subject, with all folders in it, in the bytewise order of their paths. It needs a schema with
 * a property `file`, such as `storedFileSchema` of `portmanteau/records`.
 *
 * Nothing outside the subject's folder is read: an id that is more than a name (`..`, `a/b`) is refused, and so is a folder that is, or
 * stands behind, a symbolic link. A link in the folder, a pipe, a socket, a device, and a file that vanished after it was listed are
 * files that cannot be read: their records say so. A folder that is not there has no files; a root that is not there is an error.
 *
 * @throws {PortmanteauError} from `read` and `check`: `SOURCE_CONTRACT` (the folder's path leaves the root), `SOURCE_UNAVAILABLE` (a folder
 *   vanished while it was read, too many open files; retryable), `SOURCE_FAILED` (everything else, with the system's code)
 * @example
 * ```ts
 * const uploads = defineDataset({
 *   name: "uploads",
 *   title: "Your uploads",
 *   schema: storedFileSchema,
 *   subjectField: "/accountId",
 *   privacy,
 *   source: directorySource({ root: "/srv/uploads" }),
 * });
 * ```
 */
export function directorySource<R = DirectoryRecord>(options: DirectorySourceOptions<R>): Source<R> {
  const { root, folder = ({ id }) => id, filter = () => true, mediaType } = options;
  const map = options.map ?? recordOf;
  if (typeof root !== "string" || root === "") throw new PortmanteauError("CONFIG_INVALID", "`root` names no folder.");

  function attachmentOf(file: DirectoryFile, path: Buffer): Attachment {
    return {
      name: file.path,
      async open(signal) {
        const type = mediaType?.(file);
        const opened = await openFile(path, signal);
        return type === undefined ? opened : { ...opened, mediaType: type };
      },
    };
  }

  return {
    name: "directory",
    capabilities: { resume: "cursor", partitions: false, count: false, attachments: true },
    async *read({ subject, after, pageRecords, signal }: ReadContext): AsyncGenerator<Page<R>> {
      const base = await subjectFolder(root, folder(subject));
      if (base === undefined) return;
      let records: R[] = [];
      let attachments: Attachment[] = [];
      let last: Buffer | undefined;
      const page = (): Page<R> => ({ records, attachments, cursor: (last as Buffer).toString("latin1") });
      for await (const found of walk(base, Buffer.alloc(0), cursorOf(after), signal)) {
        const path = pathBelow(base, found);
        const facts = await lstat(path).catch(() => undefined); // opening it will tell why
        const file: DirectoryFile = { path: found.toString(), bytes: facts?.size, modifiedAt: facts?.mtime };
        if (!filter(file)) continue;
        records.push((map as (file: DirectoryFile, subject: SourceSubject) => R)(file, subject));
        attachments.push(attachmentOf(file, path));
        last = found;
        if (records.length < pageRecords) continue;
        yield page();
        records = [];
        attachments = [];
      }
      if (records.length > 0) yield page();
    },
    async check() {
      await openFolder(await step("The root", () => realpath(root, "buffer")));
    },
  };
}

function recordOf({ modifiedAt }: DirectoryFile, { id }: SourceSubject): DirectoryRecord {
  return { accountId: id, modifiedAt: modifiedAt?.toISOString() ?? null };
}

/** The cursor is the path of the last file, byte by byte: names need not be UTF-8. */
function cursorOf(after: ReadContext["after"]): Buffer | undefined {
  if (after === undefined) return undefined;
  if (typeof after === "string") return Buffer.from(after, "latin1");
  throw new PortmanteauError("SOURCE_CONTRACT", "The cursor is not one that a directory source gave.");
}

/** Where the subject's folder is; nothing when there is none. */
async function subjectFolder(root: string, folder: string): Promise<Buffer | undefined> {
  if (typeof folder !== "string" || folder.split("/").some((name) => /^\.{0,2}$|[\\\0]/.test(name)))
    throw new PortmanteauError(
      "SOURCE_CONTRACT",
      "The subject's folder is no path below the root: it is empty, absolute, or has `.`, `..`, a backslash or a NUL in it. Give `folder` when ids are more than names.",
    );
  const above = await step("The root", () => realpath(root));
  const expected = join(above, ...folder.split("/"));
  let found: string;
  try {
    found = await realpath(expected);
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw failure(cause, "The subject's folder");
  }
  // Also where a system takes two names for one: the folder of U1 is not the one of u1.
  if (relative(above, found) !== folder.split("/").join(sep))
    throw new PortmanteauError(
      "SOURCE_CONTRACT",
      "The subject's folder is, or stands behind, a link, and is not read.",
    );
  return Buffer.from(found);
}

/** The paths of all files below `base` that come after `after`, in bytewise order; links and special files count as files. */
async function* walk(
  base: Buffer,
  folder: Buffer,
  after: Buffer | undefined,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const entries = (await openFolder(pathBelow(base, folder))).map((entry) => {
    const path = folder.length === 0 ? entry.name : Buffer.concat([folder, slash, entry.name]);
    const isFolder = entry.isDirectory();
    return { path, isFolder, key: isFolder ? Buffer.concat([path, slash]) : path };
  });
  entries.sort((a, b) => Buffer.compare(a.key, b.key));
  for (const { path, isFolder, key } of entries) {
    if (signal.aborted) return;
    const isBefore = after !== undefined && Buffer.compare(key, after) <= 0;
    if (!isFolder && !isBefore) yield path;
    else if (isFolder && (!isBefore || after.subarray(0, key.length).equals(key)))
      yield* walk(base, path, after, signal);
  }
}

/** Where a path below the folder is, as the system writes it. */
function pathBelow(base: Buffer, path: Buffer): Buffer {
  if (path.length === 0) return base;
  const own = sep === "/" ? path : Buffer.from(path.toString().replaceAll("/", sep));
  return Buffer.concat([base, Buffer.from(sep), own]);
}

function openFolder(path: Buffer) {
  return step("A folder", () => readdir(path, { withFileTypes: true, encoding: "buffer" }), folderGone);
}

/** Opens a file, and nothing but a file: no link is followed, no pipe is waited for. */
async function openFile(path: Buffer, signal: AbortSignal): Promise<OpenAttachment> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const real = await step("The file", () => realpath(path, "buffer"));
  if (!real.equals(path))
    throw new PortmanteauError("SOURCE_FAILED", "The file is a symbolic link, and is not followed.");
  const handle = await step("The file", () => open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  try {
    const facts = await step("The file", () => handle.stat({ bigint: true }));
    if (!facts.isFile())
      throw new PortmanteauError("SOURCE_FAILED", "It is no file, but a pipe, a socket or a device.");
    return { bytes: Number(facts.size), content: contentOf(handle, facts, signal), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* contentOf(handle: FileHandle, opened: BigIntStats, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  for (;;) {
    if (signal.aborted) throw new PortmanteauError("ABORTED", "Reading a file was aborted.", { cause: signal.reason });
    const { bytesRead } = await step("The file", () => handle.read(buffer, 0, buffer.length));
    if (bytesRead === 0) break;
    yield buffer.subarray(0, bytesRead);
  }
  const { size, mtimeNs } = await step("The file", () => handle.stat({ bigint: true }));
  if (size !== opened.size || mtimeNs !== opened.mtimeNs)
    throw new PortmanteauError("SOURCE_FAILED", "The file changed while it was read.", { retryable: true });
}

/** @param alsoPassing codes that may not come again where this is done */
async function step<T>(what: string, call: () => Promise<T>, alsoPassing?: ReadonlySet<string>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw failure(cause, what, alsoPassing);
  }
}

/** Codes of the system that may not come again: too many files are open, a network's file system is away. */
const passing = new Set(["EAGAIN", "EBUSY", "EINTR", "EIO", "EMFILE", "ENFILE", "ENOMEM", "ESTALE", "ETIMEDOUT"]);
/** A folder vanished after it was listed: the next reading does not find it. */
const folderGone = new Set(["ENOENT", "ENOTDIR"]);

/** The error to throw for one of the system's: its message would tell paths. */
function failure(cause: unknown, what: string, alsoPassing?: ReadonlySet<string>): PortmanteauError {
  const code = codeOf(cause);
  if (code !== undefined && (passing.has(code) || alsoPassing?.has(code) === true))
    return new PortmanteauError("SOURCE_UNAVAILABLE", `${what} could not be read (${code}).`, {
      retryable: true,
      cause,
    });
  if (code === "ENOENT")
    return new PortmanteauError("SOURCE_FAILED", `${what} is not there, or not any more.`, { cause });
  if (code === "ELOOP")
    return new PortmanteauError("SOURCE_FAILED", `${what} is a symbolic link, and is not followed.`, { cause });
  return new PortmanteauError("SOURCE_FAILED", `${what} could not be read (${code ?? "an unknown error"}).`, { cause });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
