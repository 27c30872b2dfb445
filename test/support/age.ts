import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { emptyFolder } from "./exporting.ts";

export interface KeyPair {
  readonly recipient: string;
  readonly identity: string;
  /** A file with the identity, as `age -i` takes it. */
  readonly file: string;
}

export async function keyPair(): Promise<KeyPair> {
  const identity = await generateX25519Identity();
  const file = join(emptyFolder(), "key.txt");
  writeFileSync(file, `${identity}\n`);
  chmodSync(file, 0o600);
  return { identity, recipient: await identityToRecipient(identity), file };
}

/** The library's own way back. */
export async function decrypted(sealed: Uint8Array, key: { identity: string } | { passphrase: string }) {
  const decrypter = new Decrypter();
  if ("identity" in key) decrypter.addIdentity(key.identity);
  else decrypter.addPassphrase(key.passphrase);
  return Buffer.from(await decrypter.decrypt(Uint8Array.from(sealed)));
}

/** The stock program: what it printed, and why it refused. */
export function age(args: readonly string[], sealed: Uint8Array): { code: number | null; plain: Buffer; says: string } {
  const ran = spawnSync("age", args, { input: sealed, maxBuffer: 256 * 1024 * 1024 });
  return { code: ran.status, plain: ran.stdout, says: ran.stderr.toString() };
}

const onTerminal = `
import os, pty, sys
passphrase, args = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0: os.execvp(args[0], args)
said, asked = b"", False
while True:
    try: piece = os.read(terminal, 1024)
    except OSError: break
    if not piece: break
    said += piece
    if not asked and b"passphrase" in said:
        asked = True
        os.write(terminal, passphrase.encode() + b"\\n")
sys.stderr.write(said.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** The stock program with a terminal, which is the only place where it takes a passphrase. */
export function ageWithPassphrase(passphrase: string, args: readonly string[]): { code: number | null; says: string } {
  const ran = spawnSync("python3", ["-c", onTerminal, passphrase, "age", ...args]);
  return { code: ran.status, says: ran.stderr.toString() };
}
