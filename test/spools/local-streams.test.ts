import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { localSpool } from "portmanteau/spools/local";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const isLinux = process.platform === "linux";
let folder: string;
let scripts: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "portmanteau-streams-"));
  scripts = mkdtempSync(join(tmpdir(), "portmanteau-scripts-"));
});
afterAll(() => {
  for (const each of [folder, scripts]) rmSync(each, { recursive: true, force: true });
});

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(Uint8Array.from(chunk));
  return Buffer.concat(all);
}

/** Descriptors of a process that point into the folder, at files with or without a name. */
function descriptors(pid: number | "self" = "self"): string[] {
  if (!isLinux) return [];
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => `/proc/${pid}/fd/${fd}`)
    .filter((path) => {
      try {
        return readlinkSync(path).startsWith(folder);
      } catch {
        return false;
      }
    });
}

describe("streams of the local spool", () => {
  it("read back what was written, as often as asked, whatever was written and wherever memory ends", async () => {
    const runs = fc.record({
      memoryBytes: fc.integer({ min: 0, max: 4_000 }),
      writes: fc.array(fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 1_500 })), { maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(runs, async ({ memoryBytes, writes }) => {
        const spool = localSpool({ memoryBytes, directory: folder })();
        const streams = await Promise.all([0, 1, 2, 3].map((each) => spool.create(`stream-${each}`)));
        for (const [stream, bytes] of writes) {
          const lent = Uint8Array.from(bytes);
          await streams[stream]?.write(lent);
          lent.fill(0); // the buffer is the caller's again
        }
        expect(readdirSync(folder)).toEqual([]);
        for (const [index, stream] of streams.entries()) {
          const whole = Buffer.concat(writes.filter(([at]) => at === index).map(([, bytes]) => bytes));
          const sealed = await stream.seal();
          expect(sealed.bytes).toBe(whole.length);
          const both = await Promise.all([bytesOf(sealed.read()), bytesOf(sealed.read())]);
          expect(both.every((read) => read.equals(whole))).toBe(true);
        }
        await spool.close();
        expect(descriptors()).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it.skipIf(!isLinux)("share one budget, and give it back when they are discarded or spilled", async () => {
    const spool = localSpool({ memoryBytes: 1_000, directory: folder })();
    const kilobyte = Buffer.alloc(1_000, "k");
    const one = await spool.create("one");
    await one.write(kilobyte);
    expect(descriptors()).toHaveLength(0);
    const two = await spool.create("two");
    await two.write(Buffer.from("x"));
    expect(descriptors()).toHaveLength(1);
    await one.discard();
    const three = await spool.create("three");
    await three.write(kilobyte);
    expect(descriptors()).toHaveLength(1);
    await three.write(Buffer.from("x")); // spills, and what it had in memory is free again
    expect(descriptors()).toHaveLength(2);
    const four = await spool.create("four");
    await four.write(kilobyte);
    expect(descriptors()).toHaveLength(2);
    await two.discard();
    await two.discard();
    expect(descriptors()).toHaveLength(1);
    await spool.close();
    expect(descriptors()).toHaveLength(0);
  });

  it.skipIf(!isLinux)(
    "are encrypted apart: the same text twice gives different files, none of it in the clear",
    async () => {
      const spool = localSpool({ memoryBytes: 0, directory: folder })();
      for (const name of ["a", "b"])
        await (await spool.create(name)).write(Buffer.from("alice@example.org".repeat(20)));
      const [a, b] = descriptors().map((path) => readFileSync(path));
      expect(a?.length).toBe(340);
      expect(a?.includes("alice")).toBe(false);
      expect(a?.equals(b ?? Buffer.alloc(0))).toBe(false);
      for (const path of descriptors()) expect(statSync(path).mode & 0o7777).toBe(0o600);
      await spool.close();
    },
  );

  it("refuse to be written or read once they are discarded", async () => {
    const spool = localSpool({ directory: folder })();
    const stream = await spool.create("a");
    await stream.discard();
    await expect(stream.write(Buffer.from("x"))).rejects.toMatchObject({ code: "SPOOL_FAILED" });
    await expect(stream.seal().then((sealed) => bytesOf(sealed.read()))).rejects.toMatchObject({
      code: "SPOOL_FAILED",
    });
  });

  it.skipIf(!isLinux)("say that their file was cut off, and give no bytes that were never written", async () => {
    const { truncateSync } = await import("node:fs");
    const spool = localSpool({ memoryBytes: 0, directory: folder })();
    const stream = await spool.create("a");
    await stream.write(Buffer.alloc(1_000, "x"));
    truncateSync(descriptors()[0] ?? "", 400);
    const reading = bytesOf((await stream.seal()).read());
    await expect(reading).rejects.toMatchObject({ code: "SPOOL_FAILED" });
    await spool.close();
  });

  it("say which directory cannot be written: one that is missing, and one that is a file", async () => {
    const file = join(scripts, "file");
    writeFileSync(file, "");
    for (const directory of [join(folder, "missing"), file]) {
      const stream = await localSpool({ memoryBytes: 0, directory })().create("a");
      const error: unknown = await stream.write(Buffer.from("x")).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "SPOOL_FAILED", message: expect.stringContaining(directory) });
      await stream.discard();
    }
  });
});

describe("a process that is killed while it spools", () => {
  let child: ChildProcess | undefined;
  afterAll(() => void child?.kill("SIGKILL"));

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it.skipIf(process.platform === "win32")(`by ${signal} leaves nothing in the directory`, async () => {
      const script = join(scripts, "child.mts");
      writeFileSync(
        script,
        `import { localSpool } from ${JSON.stringify(resolve("src/spools/local.ts"))};
        const writer = await localSpool({ memoryBytes: 0, directory: ${JSON.stringify(folder)} })().create("a");
        for (let round = 0; ; round++) {
          await writer.write(Buffer.alloc(1_000, "alice@example.org "));
          if (round === 100) console.log("writing");
          await new Promise((resolve) => setTimeout(resolve, 1));
        }`,
      );
      child = spawn(process.execPath, [resolve("node_modules/jiti/lib/jiti-cli.mjs"), script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout as NodeJS.ReadableStream, "data");
      if (isLinux) expect(descriptors(child.pid)).toHaveLength(1);
      child.kill(signal);
      const [code, by] = (await once(child, "exit")) as [number | null, string | null];
      expect([code, by]).toEqual([null, signal]);
      expect(readdirSync(folder)).toEqual([]);
    });
  }
});
