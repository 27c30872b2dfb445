import type { ExportEvent } from "./events.ts";
import type { ExportReport } from "./outcome.ts";
import type { Clock } from "./ports.ts";
import type { ExportRequest, RequestType } from "./request.ts";

/**
 * A place that outlives the process and is shared by all that work on a request: a directory, a bucket. It holds small objects, at most
 * `maxObjectBytes` each, which the engine has encrypted before; a name tells nothing about a person.
 *
 * @example
 * ```ts
 * createExporter({ ...config, durable: { spool: directorySpool("/var/spool/exports"), key } });
 * ```
 */
export interface DurableSpool {
  /** For messages: `"directory"`. */
  readonly name: string;
  /**
   * Stores an object, whole or not at all, in place of one that was there. Resolves when it would survive a loss of power: a journal must
   * never point past durable bytes. Whoever reads meanwhile gets the old object or the new one, whole.
   *
   * @param path segments of `a-z`, `0-9`, `-`, `_` and `.`, divided by `/`, none beginning with `.`; at most 200 characters. Where `a/b` is
   *   an object, `a` is none
   */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** The object, or nothing where there is none. What cannot be read is an error, never absent. */
  get(path: string): Promise<Uint8Array | undefined>;
  /** The paths of all objects that begin with `prefix`, each once, in any order. What comes or goes meanwhile may be among them. */
  list(prefix: string): AsyncIterable<string>;
  /** Removes an object; does nothing where there is none. Afterwards nothing of it is left, unfinished writes included. */
  delete(path: string): Promise<void>;
  /** Can it be reached, may it be written. Throws when not. */
  check?(): Promise<void>;
}

/** Objects of a durable spool are not larger than this. */
export const maxObjectBytes = 8 * 1024 * 1024;

/** 32 secret bytes, or how they are had: from the environment, from a KMS. Asked once for each operation, and not kept. */
export type SpoolKey = Uint8Array | (() => Uint8Array | Promise<Uint8Array>);

/** How requests survive the process that works on them. */
export interface DurableOptions {
  /** Where everything is kept. */
  readonly spool: DurableSpool;
  /** Everything in the spool is encrypted under it (AES-256-GCM, a key of its own for each request). All workers need the same. */
  readonly key: SpoolKey;
  /** How long what was collected for a request is kept, in milliseconds from its beginning. Default: 30 days. */
  readonly keepMs?: number;
  /** Longest time between two checkpoints of a part, in milliseconds: what a crash costs. Default 5,000. */
  readonly checkpointMs?: number;
}

/** One part of a request, by name: what a job of a queue carries. It holds nothing about a person. */
export interface PartName {
  /** The dataset's name. */
  readonly dataset: string;
  /** Index of the partition, where the dataset has several. */
  readonly partition?: number;
}

/** A request that is in the journal. */
export interface BegunRequest {
  /** Id of the request. */
  readonly requestId: string;
  /** The request's type. */
  readonly requestType: RequestType;
  /** Id that the bundle will have. */
  readonly bundleId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC: when it was begun for the first time; only where it was begun anew since. */
  readonly firstBegunAt?: string;
  /** ISO 8601, UTC: when the person must have their answer. */
  readonly dueAt: string;
  /** What is to be collected, in the bundle's order. */
  readonly parts: readonly (PartName & {
    /** The source's name, for limits across workers. */
    readonly source: string;
  })[];
}

/** A part that was collected to its end. */
export interface PartReceipt extends PartName {
  /** Id of the request. */
  readonly requestId: string;
  /** Records in the data files. */
  readonly written: number;
  /** Records that did not match the schema. */
  readonly quarantined: number;
  /** Bytes of JSON and CSV in the spool. */
  readonly compressedBytes: number;
  /** The code of the error that ended it early; only where `final` asked for what there is. */
  readonly error: string | null;
}

/** How far a request is. */
export interface RequestProgress extends BegunRequest {
  readonly parts: readonly (BegunRequest["parts"][number] & {
    /** `"begun"` once there is a checkpoint, which a source that can resume gives after `checkpointMs`. */
    readonly state: "waiting" | "begun" | "sealed";
    /** Records that are safe, at the last checkpoint. */
    readonly records: number;
    /** What the source counted for the whole dataset; null where it does not count. */
    readonly expected: number | null;
  })[];
  /** Of the last delivery; null before. */
  readonly delivered: {
    readonly at: string;
    readonly sha256: string;
    readonly completeness: "complete" | "partial";
  } | null;
}

/** What every step of a durable export takes. */
export interface DurableStepOptions {
  /** Aborts the step; what was collected up to the last checkpoint stays. */
  readonly signal?: AbortSignal;
  /** Called with every event, synchronously. */
  readonly onEvent?: (event: ExportEvent) => void;
}

/** How a request is put into the journal. */
export interface BeginOptions extends DurableStepOptions {
  /** `urn:uuid:…` for a request that is new. Default: a random one. */
  readonly bundleId?: string;
  /** What to do when the configuration is not the one that the request was begun with. Default `"refuse"`, with the differences. */
  readonly onChange?: "refuse" | "restart";
  /** The last try: a dataset that cannot be counted or divided, or whose subject is not found, fails. Default: its error is thrown. */
  readonly final?: boolean;
  /** For a request that is new: when it was begun. Default: the system's clock. */
  readonly clock?: Clock;
}

/** How a request that is in the journal is begun anew. */
export interface RestartOptions extends Omit<BeginOptions, "onChange"> {
  /** ISO 8601: only where it was begun before. A worker gives the moment when it was started. Default: whenever it was begun. */
  readonly begunBefore?: string;
}

/** How one part is collected. */
export interface CollectPartOptions extends DurableStepOptions {
  /** The last try: when the source fails again, what there is is sealed with the error, for a partial bundle. Default: it is thrown. */
  readonly final?: boolean;
}

/**
 * The three steps of an export, for whoever runs them apart: a queue. Each may be repeated at any time, by any process with the same
 * configuration and spool, also by two at once: a step that was done is not done again, and what two do at once is done right by both.
 *
 * The errors are those of an export, and `RESUME_REFUSED`, `REQUEST_CONFLICT`, `REQUEST_UNKNOWN` and `JOURNAL_CORRUPT`; `retryable` says
 * whether the same step may succeed later.
 */
export interface DurableSteps<AssembleOptions = unknown> {
  /** Puts a request into the journal: resolves its identities, counts, divides. A request that is there already is continued as it was begun. */
  begin(request: ExportRequest, options?: BeginOptions): Promise<BegunRequest>;
  /**
   * Begins an open request anew, as it was asked for, when the configuration is not the one that it was begun with: under another bundle id,
   * and due when it was due. The first beginning stands until the other takes its place. One that was delivered, or begun with this
   * configuration, is left as it is. Gives the request as it stands.
   *
   * @example
   * ```ts
   * await exporter.restart(request.id, { begunBefore: new Date().toISOString() });
   * ```
   */
  restart(requestId: string, options?: RestartOptions): Promise<BegunRequest>;
  /** Collects one part to its end, from the last checkpoint on. A sealed part is checked and left as it is. */
  collectPart(requestId: string, part: PartName, options?: CollectPartOptions): Promise<PartReceipt>;
  /** Makes the bundle of the sealed parts and delivers it. Done again, it delivers the identical bundle again. `INCOMPLETE` names what is not sealed. */
  assemble(requestId: string, options: AssembleOptions): Promise<ExportReport>;
  /** Nothing when the request is unknown. */
  progress(requestId: string): Promise<RequestProgress | undefined>;
  /** Removes everything of a request. Does nothing where there is nothing. */
  purge(requestId: string): Promise<void>;
  /**
   * Purges every request whose `keepMs` is over, and what a purge that broke off has left; gives the number of requests.
   *
   * @throws {PortmanteauError} `JOURNAL_CORRUPT` at the end when there are objects that this key does not open: they are left as they are
   */
  purgeExpired(options?: { readonly clock?: Clock }): Promise<number>;
}
