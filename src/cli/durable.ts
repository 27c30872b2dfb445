import { readFile, stat } from "node:fs/promises";
import { type DurableExporter, type Exporter, PortmanteauError, type RequestProgress } from "../index.ts";
import { directorySpool } from "../spools/directory/index.ts";
import { UsageError } from "./arguments.ts";
import type { Operand, Options, Values } from "./command.ts";
import { complain, counted, note } from "./terminal.ts";

/** The options that say where requests are kept that outlive the process. */
export const durableOptions = {
  spool: {
    type: "string",
    value: "DIR",
    help: "keep what is collected in this folder, encrypted, so that it survives the process. A configuration with durable has a spool already, and a key: then neither is given",
    completes: "folder",
  },
  "key-file": {
    type: "string",
    value: "FILE",
    help: "the spool's key: 32 bytes as 64 hexadecimal digits or Base64",
    default: "$PORTMANTEAU_SPOOL_KEY",
    completes: "file",
  },
} as const satisfies Options;

/** The operand of commands that are about one request in a spool. */
export const requestOperand = { name: "ID", help: "id of the request" } as const satisfies Operand;

/** An id for examples. */
export const exampleId = "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77";

const keyVariable = "PORTMANTEAU_SPOOL_KEY";
const toMakeOne = "To make one: openssl rand -hex 32";

/** The exporter with durable requests; nothing when neither the options nor the configuration want any. @throws {UsageError} */
export async function durableOf(
  exporter: Exporter,
  values: Values<typeof durableOptions>,
): Promise<DurableExporter | undefined> {
  const { spool, "key-file": keyFile } = values;
  if (isDurable(exporter)) {
    if (spool !== undefined || keyFile !== undefined)
      throw new UsageError("The configuration has a durable spool of its own: leave out --spool and --key-file.");
    return exporter;
  }
  if (spool !== undefined) return exporter.withDurable({ spool: directorySpool(spool), key: await keyFrom(keyFile) });
  if (keyFile !== undefined) throw new UsageError("--key-file is the key of a spool: --spool is needed.");
  return undefined;
}

/** The same for commands that are about such requests only. */
export async function requireDurable(
  exporter: Exporter,
  values: Values<typeof durableOptions>,
): Promise<DurableExporter> {
  const durable = await durableOf(exporter, values);
  if (durable === undefined) throw new UsageError("--spool is needed: the folder that holds the request.");
  return durable;
}

function isDurable(exporter: Exporter): exporter is DurableExporter {
  return "begin" in exporter;
}

/** Never from an argument: all users of a system can see those. No message quotes what was given. */
async function keyFrom(file: string | undefined): Promise<Uint8Array> {
  const from = file ?? `The environment's ${keyVariable}`;
  const text = (file === undefined ? process.env[keyVariable] : await keyIn(file))?.trim() ?? "";
  if (text === "" && file === undefined)
    throw new UsageError(`--spool needs a key, in ${keyVariable} or in the file of --key-file. ${toMakeOne}`);
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, "base64");
  throw new UsageError(`${from} holds no key: it is 64 hexadecimal digits, or 32 bytes as Base64. ${toMakeOne}`);
}

async function keyIn(file: string): Promise<string> {
  try {
    // Windows has no such modes.
    if (process.platform !== "win32" && ((await stat(file)).mode & 0o004) !== 0)
      note(`warning: everybody on this system can read the key in ${file}: chmod 600 it.`, "yellow");
    return await readFile(file, "utf8");
  } catch {
    throw new UsageError(`The file ${file} cannot be read.`);
  }
}

/** Where a request stands, in one line: what is sealed, what is begun, how many records are safe. */
export function standing({ parts, delivered }: RequestProgress): string {
  const count = (state: string) => parts.filter((part) => part.state === state).length;
  const records = parts.reduce((sum, part) => sum + part.records, 0);
  const collected = `${count("sealed")} of ${counted(parts.length, "part")} collected, ${count("begun")} begun, ${counted(records, "record")} safe`;
  return delivered === null ? collected : `${collected}; delivered ${delivered.at} (${delivered.completeness})`;
}

/** Codes of a request that cannot go on as it was asked for. */
const standsStill: readonly string[] = ["REQUEST_CONFLICT", "REQUEST_UNKNOWN", "RESUME_REFUSED", "JOURNAL_CORRUPT"];

/** Runs what works on a request: says from where it goes on, and when it fails, how to go on. */
export async function goingOn<T>(
  durable: DurableExporter,
  requestId: string,
  work: (there: RequestProgress | undefined) => Promise<T>,
): Promise<T> {
  const there = await durable.progress(requestId);
  if (there !== undefined) note(`Going on with request ${requestId} of ${there.createdAt}: ${standing(there)}.`);
  try {
    return await work(there);
  } catch (error) {
    const isOver = PortmanteauError.is(error) && standsStill.includes(error.code);
    // Only for what is said beside the error, which is thrown: a spool that cannot be asked now is why, or was told already.
    const kept = isOver ? undefined : await durable.progress(requestId).catch(() => undefined);
    if (kept !== undefined)
      complain(
        `Kept: ${standing(kept)}. Go on with the same command, or with portmanteau resume ${requestId} and the same options, without the subject's.`,
      );
    throw error;
  }
}
