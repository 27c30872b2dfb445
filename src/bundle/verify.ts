import type { ZipInput } from "../archive/random-access.ts";
import { openZip, type ZipLimits, type ZipReader } from "../archive/zip-reader.ts";
import { PortmanteauError } from "../model/errors.ts";
import { digesting } from "./digesting.ts";
import { type Finding, type FindingCode, failureFinding, finding, incompleteCodes } from "./findings.ts";
import { type PublicKeyInput, verifyingKey } from "./keys.ts";
import type { ReadLimits } from "./read-entry.ts";
import { TimeLimit } from "./time-limit.ts";
import { checkSet, type SetMember } from "./verify-set.ts";
import type { SignatureState } from "./verify-signature.ts";
import { type CheckedZip, type CheckOptions, checkZip } from "./verify-zip.ts";

/** How far `verifyBundle` looks, whom it trusts, and where it gives up on a hostile file. */
export interface VerifyOptions extends ReadLimits, ZipLimits {
  /**
   * How far to look. `structure`: the zip's headers and names, the documents, and what they claim of each other; no data is read.
   * `digests`: that, and the SHA-256 and CRC-32 of every file. `full` (default): that, and every record: its schema, JSON = CSV, counts.
   * The signature is checked at every level; that it covers the whole zip from `digests` on.
   */
  readonly level?: "structure" | "digests" | "full";
  /** The keys whose signatures are trusted, old ones beside new ones. With a key, a bundle that is not signed is not sound. */
  readonly publicKeys?: readonly PublicKeyInput[];
  /**
   * Time that checks may take, beyond half a second per MiB of text, in ms: a bundle brings its own schemas, and they may be made to be
   * slow. Default 20,000.
   */
  readonly maxCheckMs?: number;
  /** Most findings given per file. Default 20. */
  readonly maxFindingsPerFile?: number;
}

/** What was looked at, and what came of it. */
export interface VerifySummary {
  /** No finding of severity `error`: `valid`, and nothing is missing. */
  readonly sound: boolean;
  /** Everything is here: all parts, all entries, all datasets whole. */
  readonly complete: boolean;
  /** What is here is what was sealed: digests, schemas, counts, container and signature hold. */
  readonly valid: boolean;
  /** How far it was asked to look. */
  readonly level: "structure" | "digests" | "full";
  /** How much was looked at. */
  readonly checked: {
    readonly zips: number;
    readonly files: number;
    readonly datasets: number;
    /** Records of the JSON files that were read. */
    readonly records: number;
    /** Of the zips together: the worst. */
    readonly signature: SignatureState;
  };
}

/** The findings as they are made, and at the end what was checked. */
export interface Verification extends AsyncIterable<Finding> {
  /** Checks to the end, and says what came of it. After a loop that was left early nothing more is checked, and nothing is sound. */
  summary(): Promise<VerifySummary>;
}

/**
 * Checks a bundle, offline, with nothing but the file: the container to its last byte, names, digests, manifest, data package, counts, the
 * schema of every record, that JSON and CSV say the same, and the signature. A bad bundle gives findings; only a file that cannot be read
 * throws. The limits among the options bound the memory and the time that a file of a stranger may take: by default a heap of 256 MiB is
 * enough.
 *
 * @param input a path, the bytes, or anything that gives a range of them; for a bundle in several zips, all of them
 * @throws {PortmanteauError} `CONFIG_INVALID` at once when a public key is none; while it runs `READ_FAILED`
 * @throws the system's error, while it runs, when a file cannot be opened
 * @example
 * ```ts
 * const verification = verifyBundle("bundle.zip", { publicKeys: [await readFile("acme.pub", "utf8")] });
 * for await (const { severity, code, path, message } of verification) console.log(severity, code, path, message);
 * const { sound, complete, valid } = await verification.summary();
 * ```
 */
export function verifyBundle(input: ZipInput | readonly ZipInput[], options: VerifyOptions = {}): Verification {
  const { level = "full", maxFindingsPerFile = 20, maxCheckMs = 20_000, publicKeys = [] } = options;
  const keys = publicKeys.map(verifyingKey);
  const inputs = isList(input) ? input : [input];
  const run = new Run(inputs, { ...options, level, maxFindingsPerFile, keys, time: new TimeLimit(maxCheckMs) });
  return { [Symbol.asyncIterator]: () => run.findings, summary: () => run.summary() };
}

const isList = (input: ZipInput | readonly ZipInput[]): input is readonly ZipInput[] => Array.isArray(input);

class Run {
  readonly findings: AsyncGenerator<Finding>;
  readonly #options: CheckOptions;
  readonly #seen = new Set<FindingCode>();
  readonly #checked: CheckedZip[] = [];
  #errors = 0;
  #ended = false;

  constructor(inputs: readonly ZipInput[], options: CheckOptions) {
    this.#options = options;
    this.findings = this.#watched(this.#run(inputs));
  }

  async summary(): Promise<VerifySummary> {
    for await (const _ of this.findings); // `watched` counts them
    const datasets = new Set(this.#checked.flatMap(({ manifest }) => manifest?.datasets.map(({ name }) => name) ?? []));
    const counts = this.#checked.flatMap(({ records }) =>
      [...records].filter(([path]) => /^data\/.*\.json$/.test(path)),
    );
    const isAny = (of: (code: FindingCode) => boolean) => [...this.#seen].some(of);
    const isOpen = this.#checked.every(({ manifest }) => manifest !== undefined) && !this.#seen.has("ZIP_UNREADABLE");
    return {
      sound: this.#ended && this.#errors === 0,
      complete: this.#ended && isOpen && !isAny((code) => incompleteCodes.has(code)),
      valid: this.#ended && !isAny((code) => !incompleteCodes.has(code) && code !== "SIGNATURE_UNCHECKED"),
      level: this.#options.level,
      checked: {
        zips: this.#checked.length,
        files: this.#checked.reduce((sum, { files }) => sum + files, 0),
        datasets: datasets.size,
        records: counts.reduce((sum, [, records]) => sum + records, 0),
        signature: worst(this.#checked.map(({ signature }) => signature)),
      },
    };
  }

  async *#watched(findings: AsyncGenerator<Finding>): AsyncGenerator<Finding> {
    for await (const each of findings) {
      this.#seen.add(each.code);
      if (each.severity === "error") this.#errors++;
      yield each;
    }
    this.#ended = true;
  }

  async *#run(inputs: readonly ZipInput[]): AsyncGenerator<Finding> {
    const members: SetMember[] = [];
    for (const [index, input] of inputs.entries()) {
      const where = inputs.length === 1 ? {} : { zip: index };
      const checked = yield* located(this.#checkFile(input), where);
      if (checked === undefined) continue;
      this.#checked.push(checked);
      if (checked.manifest !== undefined) members.push({ ...checked, manifest: checked.manifest, where });
    }
    yield* checkSet(members);
    if (members.some(({ manifest }) => manifest.completeness === "partial"))
      yield finding("BUNDLE_PARTIAL", "The bundle says that it is not complete; see the outcomes of its datasets.");
  }

  async *#checkFile(input: ZipInput): AsyncGenerator<Finding, CheckedZip | undefined> {
    let zip: ZipReader;
    try {
      zip = await openZip(input, this.#options);
    } catch (error) {
      if (!PortmanteauError.is(error) || error.code === "CONFIG_INVALID") throw error;
      yield failureFinding("ZIP_UNREADABLE", error);
      return undefined;
    }
    try {
      return yield* checkZip(
        digesting(zip, (bytes) => this.#options.time.earn(bytes)),
        this.#options,
      );
    } finally {
      zip.close();
    }
  }
}

async function* located<T>(
  findings: AsyncGenerator<Finding, T>,
  where: { readonly zip?: number },
): AsyncGenerator<Finding, T> {
  try {
    for (;;) {
      const { done, value } = await findings.next();
      if (done) return value;
      yield { ...value, ...where };
    }
  } finally {
    await findings.return(undefined as T); // closes the file when the caller stops early
  }
}

function worst(states: readonly SignatureState[]): SignatureState {
  const order = ["invalid", "absent", "unchecked", "valid"] as const;
  for (const status of order) {
    const found = states.find((state) => state.status === status);
    if (found !== undefined) return found;
  }
  return { status: "absent" };
}
