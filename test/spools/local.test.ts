import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileDelivery } from "portmanteau/deliveries/file";
import { localSpool } from "portmanteau/spools/local";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portmanteau-spool-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const marker = Buffer.from("alice@example.org ".repeat(200));

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(Uint8Array.from(chunk));
  return Buffer.concat(all);
}

/** Files of the folder that this process has open, named or not. */
function openFiles(): string[] {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  });
}

describe("the local spool", () => {
  it("keeps small streams in memory and gives their memory back", async () => {
    const spool = localSpool({ memoryBytes: 5_000, directory: folder })();
    for (let round = 0; round < 3; round++) {
      const writer = await spool.create("a");
      await writer.write(marker);
      const sealed = await writer.seal();
      expect(await bytesOf(sealed.read())).toEqual(marker);
      expect(openFiles()).toEqual([]);
      await sealed.discard();
    }
  });

  it.skipIf(process.platform !== "linux")(
    "sends large ones to a nameless file that holds ciphertext only, readable by its owner only",
    async () => {
      const spool = localSpool({ memoryBytes: 4_000, directory: folder })();
      const writer = await spool.create("a");
      const chunk = Buffer.from(marker);
      for (let index = 0; index < 300; index++) {
        await writer.write(chunk);
        chunk.fill("x"); // the caller may use its buffer again
        marker.copy(chunk);
      }
      const sealed = await writer.seal();
      expect(readdirSync(folder)).toEqual([]);
      const [fd = ""] = openFiles();
      const content = readFileSync(`/proc/self/fd/${fd}`);
      expect(content.length).toBe(300 * marker.length);
      expect(content.includes("alice")).toBe(false);
      expect(statSync(`/proc/self/fd/${fd}`).mode & 0o777).toBe(0o600);
      const whole = Buffer.concat(Array.from({ length: 300 }, () => marker));
      expect((await bytesOf(sealed.read())).equals(whole)).toBe(true);
      expect((await bytesOf(sealed.read())).equals(whole)).toBe(true);
      await spool.close();
      await spool.close();
      expect(openFiles()).toEqual([]);
      await expect(bytesOf(sealed.read())).rejects.toMatchObject({ code: "SPOOL_FAILED" });
    },
  );

  it("says which folder it cannot write to", async () => {
    const spool = localSpool({ memoryBytes: 0, directory: join(folder, "missing") })();
    const writer = await spool.create("a");
    await expect(writer.write(marker)).rejects.toMatchObject({
      code: "SPOOL_FAILED",
      message: expect.stringContaining("missing"),
    });
  });
});

describe("a process that is killed while it exports", () => {
  const child = `
    import { createExporter } from ${JSON.stringify(resolve("src/index.ts"))};
    import { localSpool } from ${JSON.stringify(resolve("src/spools/local.ts"))};
    import { fileDelivery } from ${JSON.stringify(resolve("src/deliveries/file/index.ts"))};
    import { iterableSource } from ${JSON.stringify(resolve("src/sources/iterable.ts"))};
    import { noteDataset, request } from ${JSON.stringify(resolve("test/support/notes.ts"))};
    const [folder] = process.argv.slice(-1);
    const endless = iterableSource({ async *records() { for (let id = 0; ; id++) { if (id === 50_000) console.log("writing"); yield { id, owner: "u1", text: "x".repeat(50) + id }; } } });
    await createExporter({ controller: { name: "a", contact: "b" }, datasets: [noteDataset("notes", endless)], spool: localSpool({ memoryBytes: 0, directory: folder }) }).export(request, { to: fileDelivery(folder + "/bundle.zip") });`;

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`by ${signal} leaves ${signal === "SIGKILL" ? "no spool file" : "no file at all"}`, async () => {
      const script = join(mkdtempSync(join(tmpdir(), "portmanteau-child-")), "child.mts");
      const { writeFileSync } = await import("node:fs");
      writeFileSync(script, child);
      const running = spawn(process.execPath, [resolve("node_modules/jiti/lib/jiti-cli.mjs"), script, folder], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, JITI_ALIAS: JSON.stringify({ portmanteau: resolve("src/index.ts") }) },
      });
      await once(running.stdout, "data");
      expect(readdirSync(folder).filter((name) => name.endsWith(".spool"))).toEqual([]);
      running.kill(signal);
      await once(running, "exit");
      const left = readdirSync(folder);
      expect(signal === "SIGKILL" ? left.filter((name) => !name.endsWith(".partial")) : left).toEqual([]);
    });
  }
});

describe("fileDelivery", () => {
  const open = () => fileDelivery(join(folder, "b.zip")).open({ signal: new AbortController().signal });

  it("shows nothing under the final name before it is whole, then a file for its owner only", async () => {
    const writer = await open();
    await writer.write(marker);
    expect(readdirSync(folder).some((name) => name === "b.zip")).toBe(false);
    await writer.commit();
    expect(readdirSync(folder)).toEqual(["b.zip"]);
    expect(statSync(join(folder, "b.zip")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "b.zip"))).toEqual(marker);
  });

  it("keeps the older file when it is given up, and leaves nothing else", async () => {
    const first = await open();
    await first.write(marker);
    await first.commit();
    const second = await open();
    await second.write(Buffer.from("half"));
    await second.abort(new Error("x") as never);
    expect(readdirSync(folder)).toEqual(["b.zip"]);
    expect(readFileSync(join(folder, "b.zip"))).toEqual(marker);
  });

  it("waits for a commit that an abort comes with, and does not take it back", async () => {
    const writer = await open();
    await writer.write(marker);
    const committed = writer.commit();
    await writer.abort(new Error("x") as never);
    await committed;
    expect(readdirSync(folder)).toEqual(["b.zip"]);
  });

  it("says when the folder is not there", async () => {
    await expect(
      fileDelivery(join(folder, "no", "b.zip")).open({ signal: new AbortController().signal }),
    ).rejects.toMatchObject({ code: "DELIVERY_FAILED" });
  });
});
