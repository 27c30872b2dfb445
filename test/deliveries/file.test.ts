import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PortmanteauError } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portmanteau-file-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const context = { signal: new AbortController().signal };
const aborted = new PortmanteauError("ABORTED", "test");
const open = (path = join(folder, "bundle.zip"), options = {}) => fileDelivery(path, options).open(context);

describe("fileDelivery", () => {
  it("has nothing under the final name before commit, and the whole file after it", async () => {
    const writer = await open();
    for (let piece = 0; piece < 50; piece++) {
      await writer.write(Buffer.alloc(10_000, piece));
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.bundle\.zip\.[0-9a-f]{12}\.partial$/)]);
    }
    await writer.commit();
    expect(readdirSync(folder)).toEqual(["bundle.zip"]);
    const whole = Buffer.concat(Array.from({ length: 50 }, (_, piece) => Buffer.alloc(10_000, piece)));
    expect(readFileSync(join(folder, "bundle.zip")).equals(whole)).toBe(true);
  });

  it("makes a file that only its owner reads, from its first byte on, unless another mode is asked for", async () => {
    const mode = () => readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
    const writer = await open();
    expect(mode()).toEqual([0o600]);
    await writer.commit();
    expect(mode()).toEqual([0o600]);
    const other = await open(undefined, { mode: 0o640 });
    await other.commit();
    expect(mode()).toEqual([0o640]);
  });

  it("replaces an older file at the commit and not before, mode included", async () => {
    const path = join(folder, "bundle.zip");
    writeFileSync(path, "old", { mode: 0o644 });
    const writer = await open();
    await writer.write(Buffer.from("new"));
    expect(readFileSync(path, "utf8")).toBe("old");
    await writer.commit();
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("removes what killed processes left in the folder an hour ago, and nothing that is being written or is no such file", async () => {
    const put = (name: string, hoursAgo: number) => {
      const file = join(folder, name);
      writeFileSync(file, "half a bundle");
      const then = new Date(Date.now() - hoursAgo * 3_600_000);
      utimesSync(file, then, then);
    };
    put(".bundle.zip.0123456789ab.partial", 1.1);
    put(".another.zip.aaaaaaaaaaaa.partial", 100);
    const others = [
      ".young.zip.0123456789ab.partial",
      ".x.zip.0123.partial",
      "x.zip.0123456789ab.partial",
      ".x.partial",
      "old.zip",
    ];
    put(others[0]!, 0.9);
    for (const other of others.slice(1)) put(other, 100);
    symlinkSync(join(folder, "old.zip"), join(folder, ".link.0123456789ab.partial"));
    lutimesSync(join(folder, ".link.0123456789ab.partial"), 0, 0);
    mkdirSync(join(folder, ".folder.0123456789ab.partial"));
    await (await open()).commit();
    expect(readdirSync(folder).sort()).toEqual(
      [...others, ".link.0123456789ab.partial", ".folder.0123456789ab.partial", "bundle.zip"].sort(),
    );
  });

  it("keeps a file that waits for hours for its next bytes, and looks again every hour", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
    try {
      const slow = await open(join(folder, "slow.zip"));
      await slow.write(Buffer.from("slow"));
      const [temporary = ""] = readdirSync(folder);
      const lost = join(folder, ".lost.zip.0123456789ab.partial");
      writeFileSync(lost, "half a bundle");
      await vi.advanceTimersByTimeAsync(2 * 3_600_000);
      await vi.waitFor(() => expect(statSync(join(folder, temporary)).mtimeMs).toBeGreaterThan(Date.now() - 600_001));
      await (await open(join(folder, "quick.zip"))).commit();
      expect(readdirSync(folder).sort()).toEqual([temporary, "quick.zip"].sort());
      await slow.commit();
      expect(readFileSync(join(folder, "slow.zip"), "utf8")).toBe("slow");
      expect(vi.getTimerCount()).toBe(0);
      await (await open(join(folder, "aborted.zip"))).abort(aborted);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("replaces a link and not what it points at", async () => {
    const elsewhere = join(folder, "elsewhere");
    writeFileSync(elsewhere, "untouched");
    symlinkSync(elsewhere, join(folder, "bundle.zip"));
    const writer = await open();
    await writer.write(Buffer.from("new"));
    await writer.commit();
    expect(readFileSync(elsewhere, "utf8")).toBe("untouched");
    expect(readFileSync(join(folder, "bundle.zip"), "utf8")).toBe("new");
  });

  it("lets two deliveries to one name pass each other, and the last commit stand whole", async () => {
    const [one, two] = [await open(), await open()];
    await one.write(Buffer.from("one"));
    await two.write(Buffer.from("two"));
    await two.commit();
    await one.commit();
    expect(readdirSync(folder)).toEqual(["bundle.zip"]);
    expect(readFileSync(join(folder, "bundle.zip"), "utf8")).toBe("one");
  });

  it("leaves nothing when it is aborted, also twice, and keeps the older file", async () => {
    const path = join(folder, "bundle.zip");
    writeFileSync(path, "old");
    const writer = await open();
    await writer.write(Buffer.from("half"));
    await writer.abort(aborted);
    await writer.abort(aborted);
    expect(readdirSync(folder)).toEqual(["bundle.zip"]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("does not take back a commit that an abort comes after or with", async () => {
    const writer = await open();
    await writer.write(Buffer.from("whole"));
    const committing = writer.commit();
    await writer.abort(aborted);
    await committing;
    await writer.abort(aborted);
    expect(readdirSync(folder)).toEqual(["bundle.zip"]);
  });

  it("fails with DELIVERY_FAILED where the folder is missing or is a file, and makes nothing", async () => {
    writeFileSync(join(folder, "file"), "");
    for (const path of [join(folder, "missing", "bundle.zip"), join(folder, "file", "bundle.zip")]) {
      const error: unknown = await open(path).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "DELIVERY_FAILED", cause: expect.objectContaining({ syscall: "open" }) });
    }
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("fails with DELIVERY_FAILED when the rename fails, and an abort then leaves nothing", async () => {
    mkdirSync(join(folder, "bundle.zip"));
    const writer = await open();
    await writer.write(Buffer.from("whole"));
    await expect(writer.commit()).rejects.toMatchObject({ code: "DELIVERY_FAILED" });
    await writer.abort(aborted);
    expect(readdirSync(folder)).toEqual(["bundle.zip"]);
  });

  it("leaves no listener on the process behind, however it ended", async () => {
    const count = () => ["exit", "SIGTERM", "SIGINT"].map((event) => process.listenerCount(event));
    await (await open()).commit();
    const before = count();
    for (let round = 0; round < 5; round++) {
      await (await open()).commit();
      await (await open()).abort(aborted);
      await open(join(folder, "missing", "bundle.zip")).catch(() => {});
    }
    expect(count()).toEqual(before);
  });

  it("fails with DELIVERY_FAILED on a full disk, and leaves no temporary file", async ({ skip }) => {
    const disk = join(folder, "disk");
    mkdirSync(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
    if (mounted.status !== 0) {
      if (process.env["PORTMANTEAU_SERVICES"] === "required") throw new Error("A small tmpfs cannot be mounted here.");
      console.warn("not run: a full disk, since a small tmpfs cannot be mounted here");
      return skip();
    }
    try {
      const writer = await open(join(disk, "bundle.zip"));
      const filling = async () => {
        for (let piece = 0; piece < 100; piece++) await writer.write(Buffer.alloc(10_000));
      };
      await expect(filling()).rejects.toMatchObject({
        code: "DELIVERY_FAILED",
        cause: expect.objectContaining({ code: "ENOSPC" }),
      });
      await writer.abort(aborted);
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      spawnSync("umount", [disk]);
    }
  });
});

describe("a process that is ended in the middle of a delivery", () => {
  for (const end of ["SIGINT", "SIGTERM", "SIGHUP", "exit", "throw"] as const) {
    it.skipIf(process.platform === "win32")(`by ${end} leaves no file at all`, async () => {
      const scripts = mkdtempSync(join(tmpdir(), "portmanteau-scripts-"));
      const script = join(scripts, "child.mts");
      const path = JSON.stringify(join(folder, "bundle.zip"));
      writeFileSync(
        script,
        `import { fileDelivery } from ${JSON.stringify(resolve("src/deliveries/file/index.ts"))};
        const writer = await fileDelivery(${path}).open({ signal: new AbortController().signal });
        for (let round = 0; ; round++) {
          await writer.write(Buffer.alloc(1_000, "x"));
          if (round === 50) console.log("writing");
          if (round === 60 && ${end === "exit"}) process.exit(3);
          if (round === 60 && ${end === "throw"}) setTimeout(() => { throw new Error("expected by the test"); });
          await new Promise((resolve) => setTimeout(resolve, 1));
        }`,
      );
      const child = spawn(process.execPath, [resolve("node_modules/jiti/lib/jiti-cli.mjs"), script], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      if (end.startsWith("SIG")) {
        expect(readdirSync(folder)).toHaveLength(1);
        child.kill(end as NodeJS.Signals);
      }
      await ended;
      rmSync(scripts, { recursive: true });
      expect(readdirSync(folder)).toEqual([]);
    });
  }
});
