import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { type DurableOptions, maxObjectBytes, type SpoolKey } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import { calling } from "./calling.ts";

/** What an object is. It is part of what the cipher binds, so that one can never be read as another. */
export type ObjectKind = "request" | "checkpoint" | "receipt" | "chunk" | "count" | "delivered";

/** First byte of every object. */
const formatVersion = 1;
const nonceBytes = 12;
const tagBytes = 16;
const overheadBytes = 1 + nonceBytes + tagBytes;
/** The most that an object can hold. */
export const maxPlainBytes = maxObjectBytes - overheadBytes;

const folderPattern = /^[0-9a-f]{64}$/;

/** The folder of a request: a digest of its id, so that the id is in no name, and a wrong key meets objects that it does not open. */
export function folderOf(requestId: string): string {
  return createHash("sha256").update(`portmanteau request ${requestId}`).digest("hex");
}

/** The folder that a path is in; nothing when it is none of ours. */
export function folderIn(path: string): string | undefined {
  const [folder = ""] = path.split("/", 1);
  return folderPattern.test(folder) ? folder : undefined;
}

/** Which kind of object a path names. */
function kindOf(name: string): ObjectKind {
  if (name === "request" || name === "delivered") return name;
  if (name.startsWith("counts/")) return "count";
  const last = name.slice(name.lastIndexOf("-") + 1);
  return last === "checkpoint" || last === "receipt" ? last : "chunk";
}

/** @throws {PortmanteauError} `CONFIG_INVALID` when it is no key; what the caller's own function throws is the cause */
export async function askKey(key: SpoolKey): Promise<Uint8Array> {
  let given: unknown = key;
  if (typeof key === "function") {
    try {
      given = await key();
    } catch (cause) {
      throw PortmanteauError.is(cause)
        ? cause
        : new PortmanteauError("SPOOL_FAILED", "The key of the durable spool could not be had; see the cause.", {
            retryable: true,
            cause,
          });
    }
  }
  if (given instanceof Uint8Array && given.length === 32) return given;
  throw new PortmanteauError("CONFIG_INVALID", "Configuration, /durable/key: the key is 32 secret bytes.", {
    context: { pointer: "/durable/key" },
  });
}

/**
 * The objects of one request, encrypted with AES-256-GCM under a key of its own. The cipher binds the path and the kind of each, so
 * that changed bytes, an object of another request, another place or another key are noticed, and never read as absent.
 */
export class Vault {
  readonly folder: string;
  readonly #spool: DurableOptions["spool"];
  readonly #master: Uint8Array;
  readonly #key: Buffer;
  readonly #signal: AbortSignal | undefined;

  constructor(spool: DurableOptions["spool"], master: Uint8Array, folder: string, signal: AbortSignal | undefined) {
    this.folder = folder;
    this.#spool = spool;
    this.#master = master;
    this.#key = this.derive("objects");
    this.#signal = signal;
  }

  /** The same objects; an abort of this signal ends the wait for them. */
  watching(signal: AbortSignal | undefined): Vault {
    return new Vault(this.#spool, this.#master, this.folder, signal);
  }

  /** A key of this request for one purpose. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync("sha256", this.#master, this.folder, `portmanteau durable spool ${purpose}`, 32));
  }

  /** Stores an object, whole or not at all. @param name its path within the request */
  async put(name: string, plain: Uint8Array): Promise<void> {
    const path = `${this.folder}/${name}`;
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(boundTo(path));
    const hidden = cipher.update(plain);
    cipher.final();
    const bytes = Buffer.concat([Buffer.of(formatVersion), nonce, hidden, cipher.getAuthTag()]);
    await this.#call("write", name, () => this.#spool.put(path, bytes));
  }

  /** The object; nothing where there is none. @throws {PortmanteauError} `JOURNAL_CORRUPT`, `SPOOL_FAILED`, `ABORTED` */
  async get(name: string): Promise<Buffer | undefined> {
    const path = `${this.folder}/${name}`;
    const bytes = await this.#call("read", name, () => this.#spool.get(path));
    if (bytes === undefined || bytes === null) return undefined;
    if (!(bytes instanceof Uint8Array) || bytes.length < overheadBytes || bytes.length > maxObjectBytes)
      throw corrupt(name, "has not the size of an object");
    if (bytes[0] !== formatVersion) throw corrupt(name, "is not of this package, or of a newer version of it");
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(1, 1 + nonceBytes));
      decipher.setAAD(boundTo(path)).setAuthTag(bytes.subarray(bytes.length - tagBytes));
      const plain = decipher.update(bytes.subarray(1 + nonceBytes, bytes.length - tagBytes));
      decipher.final();
      return plain;
    } catch {
      throw corrupt(name, "does not open with this key, or its bytes changed");
    }
  }

  /** Names of all objects of the request. */
  async names(): Promise<string[]> {
    const prefix = `${this.folder}/`;
    const names: string[] = [];
    await this.#call("list", "objects", async () => {
      for await (const path of this.#spool.list(prefix)) names.push(path.slice(prefix.length));
    });
    return names;
  }

  async delete(name: string): Promise<void> {
    await this.#call("delete", name, () => this.#spool.delete(`${this.folder}/${name}`));
  }

  #call<T>(verb: string, name: string, step: () => Promise<T>): Promise<T> {
    return calling(this.#spool.name, `${verb} its ${name === "objects" ? name : kindOf(name)}`, step, this.#signal);
  }
}

function boundTo(path: string): Buffer {
  return Buffer.from(`portmanteau durable spool ${formatVersion} ${kindOf(path.slice(path.indexOf("/") + 1))} ${path}`);
}

export function corrupt(name: string, why: string): PortmanteauError {
  return new PortmanteauError(
    "JOURNAL_CORRUPT",
    `An object of the durable spool, a ${kindOf(name)}, ${why}. Check that all workers have the same key.`,
  );
}
