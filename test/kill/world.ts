import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import type { S3 } from "@aws-sdk/client-s3";
import type { Dataset, DurableExporter, DurableSpool, ExportRequest } from "../../src/index.ts";
import { directorySpool } from "../../src/spools/directory/index.ts";
import { s3Spool } from "../../src/spools/s3/index.ts";
import { durableExporterOf } from "../support/durable.ts";
import { mixed, mixedFacts } from "../support/durable-datasets.ts";
import { fileDataset, fileSource } from "../support/files.ts";
import { controlledSource, fixed, noteDataset } from "../support/notes.ts";
import { partitionedSource } from "../support/partitions.ts";

/** What is exported while processes die: the same in the process that is killed and in the one that goes on. */

export const bucket = "kill";
export const subject = "subject-7d1c09e2";
/** In every value; wherever it can be read, a person's data can. */
export const marker = "marked-5be1f4a0";

/** Where the objects of a request lie. The folder is emptied for each; in the store each has a prefix of its own. */
export type Place =
  | { readonly kind: "directory"; readonly root: string }
  | { readonly kind: "s3"; readonly port: number; readonly prefix: string };

/** What a child process is told. */
export interface Task {
  readonly place: Place;
  readonly work: "export" | "purge";
  readonly lanes: number;
  /** The file that the bundle goes to. */
  readonly to: string;
  /** Kills itself at the call of this number, from 1. */
  readonly die?: { readonly call: "put" | "delete"; readonly number: number; readonly when: When };
  /** The destination takes the first bytes and no more. */
  readonly hangs?: boolean;
}
/** `half`: half of its bytes are written. `unnamed`: all of them are, and it has not yet its name. */
export type When = "before" | "half" | "unnamed" | "after";

/** What a child process says of itself when it lives to its end. */
export interface Told {
  readonly puts: number;
  readonly deletes: number;
  readonly ms: number;
  readonly error?: string;
}

export function request(id: string): ExportRequest {
  return { id, type: "access", subject: { id: subject } };
}

/** One request for all: the folder of the request is a digest of its id, and pseudonyms have the key of the folder. */
export const requestId = "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77";

const marked = (count: number) =>
  mixed(count).map((record) => ({
    ...record,
    owner: subject,
    text: typeof record.text === "string" ? `${marker} ${record.text}` : record.text,
  }));
/** How many records each dataset has; their ids count from 0. */
export const counts = { a: 25, whole: 12, divided: 20, docs: 2 } as const;

/** Datasets of every kind: quarantines and a count, one that starts again, partitions, files. */
function datasets(): Dataset[] {
  return [
    noteDataset("a", controlledSource(marked(counts.a), { count: counts.a }).source, mixedFacts),
    noteDataset("whole", controlledSource(marked(counts.whole), { resume: "none" }).source, mixedFacts),
    noteDataset(
      "divided",
      partitionedSource(marked(counts.divided), [9], { count: counts.divided }).source,
      mixedFacts,
    ),
    fileDataset(
      "docs",
      fileSource([
        { name: "one.txt", content: `${marker} once`, owner: subject },
        { name: "two.txt", content: `${marker} upon`, owner: subject },
      ]).source,
    ),
  ];
}

/** The client is loaded by those who need it only: it is half of a child's start. */
async function clientOf(port: number): Promise<S3> {
  const { S3 } = await import("@aws-sdk/client-s3");
  return new S3({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

const clients = new Map<number, Promise<S3>>();

export async function spoolAt(place: Place): Promise<DurableSpool> {
  if (place.kind === "directory") return directorySpool(place.root);
  const client = clients.get(place.port) ?? clientOf(place.port);
  clients.set(place.port, client);
  return s3Spool({ client: await client, bucket, prefix: place.prefix });
}

export function exporterOver(spool: DurableSpool, lanes: number, of: Dataset[] = datasets()): DurableExporter {
  return durableExporterOf(of, spool, { lanes, previewRecords: 3 });
}

export function exportOver(spool: DurableSpool, lanes: number, to: Writable) {
  return exporterOver(spool, lanes).export(request(requestId), { to, ...fixed });
}

/** A number from 0 to 1 for each name, the same for the same seed. */
export function chance(seed: number, name: string): number {
  return createHash("sha256").update(`${seed} ${name}`).digest().readUInt32LE() / 2 ** 32;
}
