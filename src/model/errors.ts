import type { Report } from "./generated/report.ts";

/** Every code an error of this package can carry, with its meaning and what the caller can do about it. */
export const errorCodes = {
  CONFIG_INVALID: [
    "The exporter's configuration contradicts itself or lacks something.",
    "Mend what the message names; it is thrown at start-up.",
  ],
  SCHEMA_UNSUPPORTED: [
    "A record schema uses something that cannot be exported without loss or doubt.",
    "Change the schema at the pointer as the message says; it is thrown at start-up.",
  ],
  REQUEST_INVALID: ["The export request is malformed.", "Mend the field that the message names."],
  TRANSITION_INVALID: [
    "An event cannot happen to a request in this state, or contradicts what happened before.",
    "Read the request's record again; the event came late, twice with different facts, or is malformed.",
  ],
  LOG_CORRUPT: [
    "An event log was changed, cut off or torn, or what is to be appended does not belong there.",
    "`verifyEventLog` says where; `repairEventLog` takes a torn last line away.",
  ],
  PATH_INVALID: ["A name cannot be an entry of a zip that opens everywhere.", "Use letters, digits, `_` and `-`."],
  IDENTITY_MISSING: [
    'No key of the subject was found for a dataset that says `onNoIdentity: "fail"`.',
    "Ask the person for an identity that leads there, or mend the resolver.",
  ],
  IDENTITY_AMBIGUOUS: [
    "Resolvers, or a resolver and the request, give different keys for the subject in one system.",
    "Find out which one is theirs, and mend the records or the request. Nothing was read.",
  ],
  SOURCE_UNAVAILABLE: [
    "A source did not answer, or broke off, and may answer later.",
    "It was retried; look at the system behind the source, then export again.",
  ],
  SOURCE_TIMEOUT: [
    "A source gave no page within `pageTimeoutMs`.",
    "It was retried; raise the limit or help the query.",
  ],
  SOURCE_FAILED: [
    "A source threw an error that a retry does not mend.",
    "Look at `cause`; fix the query or the adapter.",
  ],
  SOURCE_CONTRACT: [
    "A source broke its contract: no page, no cursor, the same cursor or partition twice.",
    "Fix the adapter.",
  ],
  SUBJECT_MISMATCH: [
    "A source gave a record that belongs to somebody else.",
    "Fix the source's query. Nothing was delivered.",
  ],
  RECORD_INVALID: [
    'A record does not match its schema and the dataset says `onInvalid: "fail"`.',
    "Fix the record or the schema, or choose quarantine.",
  ],
  INCOMPLETE: [
    "At least one dataset is neither complete nor empty, and partial delivery was not asked for.",
    "See `report.datasets`; mend the cause or ask for `deliver-partial`.",
  ],
  SPOOL_FAILED: ["The spool could not be written or read.", "Look at `cause`: disk space, permissions."],
  SPOOL_CORRUPT: ["Spooled bytes changed between writing and reading.", "Check the disk; export again."],
  JOURNAL_CORRUPT: [
    "An object of a durable spool is not what was written: another key, changed bytes, or not of this package.",
    "Check that all workers have the same key and nobody else writes there; `purge` the request and begin it again.",
  ],
  REQUEST_CONFLICT: [
    "A request of this id was begun with other contents.",
    "Send it as it was begun, or under an id of its own.",
  ],
  REQUEST_UNKNOWN: [
    "No request of this id was begun, or it was purged.",
    "Begin it; check that the spool and the key are the same.",
  ],
  RESUME_REFUSED: [
    "The configuration is not the one that the request was begun with.",
    'Restore it, or begin the request anew: `onChange: "restart"`.',
  ],
  SPLIT_IMPOSSIBLE: ["What must stay whole is larger than `splitBytes` allows.", "Raise `splitBytes`."],
  DELIVERY_FAILED: [
    "The destination refused or broke off.",
    "Look at `cause`; nothing incomplete was left under the final name.",
  ],
  SIGNING_FAILED: [
    "The signer threw an error, or gave what is no signature of its public key.",
    "Look at `cause`; check that key and public key belong together. Nothing was delivered.",
  ],
  ENVELOPE_FAILED: [
    "The envelope could not encrypt the bundle, or ended before it.",
    "Look at `cause`; nothing was delivered.",
  ],
  ARCHIVE_FAILED: ["The zip could not be written.", "Look at `cause`."],
  ABORTED: ["The caller's signal aborted the export.", "Nothing was delivered; export again when wanted."],
  JOB_INVALID: [
    "A job of a queue is none that this version puts in.",
    "It is a dead letter: remove it, or update the workers and retry the request.",
  ],
  JOB_FAILED: [
    "A step of a queue threw an error that is none of this package's: `deliver`, or a defect.",
    "It was retried; look at the worker, then retry the request.",
  ],
  JOB_ABANDONED: [
    "Workers died over a job as often as it may be tried.",
    "Look at the workers' memory and logs, then retry the request.",
  ],
  QUEUE_FAILED: ["The queue's server did not answer, or refused.", "Look at `cause`; try again."],
  BUNDLE_UNREADABLE: [
    "The file is not a bundle that can be read.",
    "Check the file; `portmanteau verify` says what is wrong.",
  ],
  READ_FAILED: ["A bundle's bytes could not be read.", "Look at `cause`; try again. It says nothing of the bundle."],
  LIMIT_EXCEEDED: [
    "A bundle is larger than a limit that keeps hostile files from doing harm.",
    "When you trust the file, raise the limit that the message names.",
  ],
} as const satisfies Record<string, readonly [meaning: string, mend: string]>;

/** A code of `errorCodes`. */
export type ErrorCode = keyof typeof errorCodes;

/** Where an error happened. It never holds a record's value or the subject's identifiers. */
export interface ErrorContext {
  /** Name of the dataset. */
  readonly dataset?: string;
  /** Index of the partition, from 0, where the dataset is read in several. */
  readonly partition?: number;
  /** Index of the record in its dataset, or in its partition where there is one, in reading order, from 0. */
  readonly recordIndex?: number;
  /** RFC 6901 pointer into the schema, the request or the configuration. */
  readonly pointer?: string;
  /** How often it was tried before giving up. */
  readonly attempts?: number;
  /** State of the request before a transition. */
  readonly from?: string;
  /** State of the request after it. */
  readonly to?: string;
}

/** What an error carries besides its code and its message. */
export interface ErrorOptions {
  /** Whether the same may work later. Default `false`. */
  readonly retryable?: boolean;
  /** Where it happened. */
  readonly context?: ErrorContext;
  /** What was thrown underneath, a driver's error for instance. Its words may quote data. */
  readonly cause?: unknown;
}

const brand = Symbol.for("portmanteau.error");
const inspect = Symbol.for("nodejs.util.inspect.custom");

/**
 * The one error class of this package.
 *
 * `message` and `context` are safe to log. `cause` is the foreign error as it was thrown, for a debugger: a driver's message can
 * quote values, so neither `JSON.stringify` nor `console.log` of this error prints it, only its name and code.
 */
export class PortmanteauError extends Error {
  /** For people and logs; `PortmanteauError.is` tells what it is. */
  override readonly name = "PortmanteauError";
  /** What happened; stable. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** Where it happened. */
  readonly context: ErrorContext;
  /** The report of the failed export, when the error ended one. */
  report?: Report;

  constructor(code: ErrorCode, message: string, { retryable = false, context = {}, cause }: ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    this.context = context;
    Object.defineProperty(this, brand, { value: true });
  }

  /** For logs: code, message, retryable, context, and the cause's class and code; never its words. */
  toJSON(): object {
    const { name, code, message, retryable, context } = this;
    return {
      name,
      code,
      message,
      retryable,
      context,
      ...(this.cause === undefined ? {} : { cause: nameOf(this.cause) }),
    };
  }

  /** For `console.log`: the stack, the code, the place, and the cause's class and code. */
  [inspect](): string {
    const where = Object.entries(this.context).map(([key, value]) => ` ${key}=${value}`);
    const cause = this.cause === undefined ? "" : `\n  cause: ${nameOf(this.cause)}`;
    return `${this.stack ?? this.message}\n  code: ${this.code}${where.join("")}${cause}`;
  }

  /** True for an error of this package, also one from another copy or realm. */
  static is(value: unknown): value is PortmanteauError {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** A foreign error's class and code, without its message: messages of drivers quote values. */
function nameOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const code =
    "code" in cause && typeof cause.code === "string" && /^[A-Z0-9_]{1,40}$/.test(cause.code) ? cause.code : "";
  return code === "" ? cause.constructor.name : `${cause.constructor.name} ${code}`;
}
