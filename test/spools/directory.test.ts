import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { maxObjectBytes } from "portmanteau";
import { directorySpool } from "portmanteau/spools/directory";
import { durableSpoolContract } from "portmanteau/testing";
import { afterAll, describe, expect, it } from "vitest";
import { Folders } from "../../src/spools/directory/folders.ts";
import { emptyFolder, expectNoUnhandledRejection, failing } from "../support/exporting.ts";
import { program } from "../support/program.ts";

expectNoUnhandledRejection();

/** Everything below a folder. */
const inside = (folder: string) => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
const unfinished = (path: string) => `${path}~${randomBytes(8).toString("hex")}`;
const bytes = (length = 1_000) => new Uint8Array(length).fill(7);
const hasOpenFiles = existsSync("/proc/self/fd");

function openFiles(folder: string): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder);
    } catch {
      return false; // the one that the listing itself had open
    }
  }).length;
}

async function listed(directory: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of directorySpool(directory).list(prefix)) paths.push(path);
  return paths.sort();
}

durableSpoolContract(
  "directory",
  () => {
    const directory = emptyFolder();
    return {
      spool: () => directorySpool(directory),
      unreadable: () => directorySpool(join(directory, "missing")),
      stored: async () =>
        inside(directory).map((path) => {
          const file = join(directory, path);
          return statSync(file).isFile() ? readFileSync(file) : new Uint8Array();
        }),
      // As a killed process leaves it; the test below kills real ones.
      async interrupt(path: string, content: Uint8Array) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(unfinished(join(directory, path)), content.subarray(0, content.length / 2));
      },
      ...(hasOpenFiles ? { handles: () => openFiles(directory) } : {}),
    };
  },
  { describe, it, afterAll },
);

describe("a directory spool", () => {
  it("keeps everything for its owner only, whatever the umask", async () => {
    const directory = emptyFolder();
    const before = process.umask(0);
    try {
      await directorySpool(directory).put("a/b/c", bytes());
    } finally {
      process.umask(before);
    }
    expect(inside(directory).map((path) => [path, (statSync(join(directory, path)).mode & 0o777).toString(8)])).toEqual(
      [
        ["a", "700"],
        ["a/b", "700"],
        ["a/b/c", "600"],
      ],
    );
  });

  it("wants its folder to be there: a file system that is not mounted is not an empty spool", async () => {
    const directory = join(emptyFolder(), "spool");
    const spool = directorySpool(directory);
    const error = await failing(spool.get("a"));
    expect(error).toMatchObject({ code: "SPOOL_FAILED", retryable: false });
    expect(error.message).toContain(`${directory} is not there. Make it, or mount`);
    writeFileSync(directory, "");
    expect((await failing(spool.put("a", bytes()))).message).toContain("is no folder");
    await failing(spool.check?.() as Promise<void>);
  });

  it("may stand behind a link itself", async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "link"));
    await directorySpool(join(folder, "link")).put("a/b", bytes());
    expect(await directorySpool(join(folder, "real")).get("a/b")).toEqual(Buffer.from(bytes()));
  });

  it("follows no link, of a folder or of a file, and leaves what it points at alone", async () => {
    const [directory, outside] = [emptyFolder(), emptyFolder()];
    const spool = directorySpool(directory);
    writeFileSync(join(outside, "secret"), "not ours");
    symlinkSync(outside, join(directory, "folder"));
    mkdirSync(join(directory, "r"));
    symlinkSync(join(outside, "secret"), join(directory, "r/file"));
    for (const call of [
      () => spool.get("folder/secret"),
      () => spool.put("folder/new", bytes()),
      () => spool.put("folder/deep/new", bytes()),
      () => spool.delete("folder/secret"),
      () => listed(directory, "folder/"),
      () => listed(directory, "f"),
      () => spool.get("r/file"),
      () => listed(directory, "r/"),
    ])
      expect((await failing(call())).message).toMatch(/link|neither file nor folder/);
    await spool.put("r/file", bytes()); // takes the link's place
    await spool.delete("r/file");
    expect(inside(outside)).toEqual(["secret"]);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("not ours");
    expect(lstatSync(join(directory, "folder")).isSymbolicLink()).toBe(true);
  });

  it("looks for links again before it lists or deletes, also where it has been", async () => {
    const [directory, outside] = [emptyFolder(), emptyFolder()];
    const spool = directorySpool(directory);
    await spool.put("r/a", bytes());
    renameSync(join(directory, "r"), join(outside, "r"));
    symlinkSync(join(outside, "r"), join(directory, "r"));
    expect((await failing(spool.delete("r/a"))).message).toContain("link");
    await spool.put("s/a", bytes());
    expect((await failing(spool.list("r/")[Symbol.asyncIterator]().next())).message).toContain("link");
    expect(inside(outside)).toEqual(["r", "r/a"]);
  });

  it("waits for no pipe", async () => {
    const directory = emptyFolder();
    expect(spawnSync("mkfifo", [join(directory, "pipe")]).status).toBe(0);
    expect((await failing(directorySpool(directory).get("pipe"))).message).toContain("is no file");
  });

  it("refuses a file that is larger than an object before it reads it", async () => {
    const directory = emptyFolder();
    writeFileSync(join(directory, "a"), "");
    truncateSync(join(directory, "a"), maxObjectBytes + 1);
    expect((await failing(directorySpool(directory).get("a"))).message).toContain("larger than an object can be");
    truncateSync(join(directory, "a"), maxObjectBytes);
    expect((await directorySpool(directory).get("a"))?.length).toBe(maxObjectBytes);
  });

  it("leaves alone what is not its own, and the folders it stands in", async () => {
    const directory = emptyFolder();
    const foreign = [".nfs0001", "lost+found", "README.md", "r/.hidden", "r/x~", "r/x~12", "r/x~0123456789ABCDEF"];
    mkdirSync(join(directory, "r"));
    for (const path of foreign) writeFileSync(join(directory, path), "");
    const spool = directorySpool(directory);
    await spool.put("r/a", bytes());
    expect(await listed(directory)).toEqual(["r/a"]);
    await spool.delete("r/a");
    await spool.delete("r/x");
    expect(inside(directory)).toEqual([...foreign, "r"].sort());
  });

  it("says that an object stands where a folder is needed, and a folder where an object is", async () => {
    const directory = emptyFolder();
    const spool = directorySpool(directory);
    await spool.put("a/b", bytes());
    for (const path of ["a", "a/b/c"])
      expect(await failing(spool.put(path, bytes()))).toMatchObject({ code: "SPOOL_FAILED", retryable: false });
    expect(inside(directory)).toEqual(["a", "a/b"]);
  });

  it("removes what nobody finished for a day when it is listed, and nothing younger", async () => {
    const directory = emptyFolder();
    const spool = directorySpool(directory);
    await spool.put("r/a", bytes());
    const [old, young] = [unfinished("r/b"), unfinished("r/b")];
    for (const path of [old, young]) writeFileSync(join(directory, path), "half");
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    utimesSync(join(directory, old), hoursAgo(25), hoursAgo(25));
    utimesSync(join(directory, young), hoursAgo(23), hoursAgo(23));
    expect(await listed(directory)).toEqual(["r/a"]);
    expect(inside(directory)).toEqual(["r", "r/a", young].sort());
  });

  it("removes unfinished files with their object, and those of others with the last object of the folder", async () => {
    const directory = emptyFolder();
    const spool = directorySpool(directory);
    for (const path of ["r/a", "r/b"]) await spool.put(path, bytes());
    const [own, of, apart] = [unfinished("r/a"), unfinished("r/c"), unfinished("r/empty/d")];
    mkdirSync(join(directory, "r/empty"));
    for (const path of [own, of, apart]) writeFileSync(join(directory, path), "half");
    await spool.delete("r/a");
    expect(inside(directory)).toEqual(["r", "r/b", of, "r/empty", apart].sort());
    await spool.delete("r/b");
    expect(inside(directory)).toEqual([]);
  });

  it("begins a write anew whose unfinished file or folder others removed", async () => {
    const directory = emptyFolder();
    const spool = directorySpool(directory);
    let removed = 0;
    let done = false;
    const removing = (async () => {
      while (!done) {
        if (removed < 60 && existsSync(join(directory, "r"))) {
          const files = inside(directory).filter((path) => path.includes("~"));
          for (const path of files) rmSync(join(directory, path), { force: true });
          removed += files.length;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const paths = Array.from({ length: 12 }, (_, index) => `r/${index % 3}/${index}`);
    const puts = await Promise.allSettled(paths.map((path) => spool.put(path, bytes(200_000))));
    done = true;
    await removing;
    expect(puts.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(removed).toBeGreaterThan(0);
    expect(await listed(directory)).toEqual([...paths].sort());
  });

  it("syncs an object's file and folder each time, and once the folders that lead to it", (test) => {
    if (spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status !== 0)
      return test.skip("strace is not on this machine, or may not trace");
    const directory = emptyFolder();
    const log = join(emptyFolder(), "strace");
    const script = `
      import { directorySpool } from ${JSON.stringify(resolve("src/spools/directory/index.ts"))};
      const spool = directorySpool(${JSON.stringify(directory)});
      for (const path of ["r/one", "r/deep/two", "r/deep/three", "s/four"]) await spool.put(path, new Uint8Array(1));
      await spool.delete("r/deep/two");`;
    const program = join(emptyFolder(), "puts.mts");
    writeFileSync(program, script);
    const trace = ["-f", "-qq", "-y", "-e", "trace=fsync", "-o", log];
    const jiti = resolve("node_modules/jiti/lib/jiti-cli.mjs");
    const run = spawnSync("strace", [...trace, process.execPath, jiti, program], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    const synced = [...readFileSync(log, "utf8").matchAll(/fsync\(\d+<([^>]*)>/g)].map(([, path = ""]) =>
      relative(directory, path).replace(/~[0-9a-f]{16}$/, "~"),
    );
    expect(synced).toEqual([
      ...["r/one~", "r", ""],
      ...["r/deep/two~", "r/deep", "r"],
      ...["r/deep/three~", "r/deep"],
      ...["s/four~", "s", ""],
      "r/deep",
    ]);
  });

  it("remembers no more folders than it may, and forgets those that it removes", async () => {
    const directory = emptyFolder();
    const folders = new Folders(directory, 3);
    for (const name of ["a", "b", "c", "d"]) {
      await folders.make(["r", name]);
      await folders.sync(["r", name]);
      expect(folders.remembered).toBeLessThanOrEqual(3);
    }
    writeFileSync(join(directory, "r/a/object"), "");
    await folders.prune(["r", "d"]);
    expect(await folders.find(["r", "d"])).toBeUndefined();
    expect(await folders.find(["r", "a"])).toBe(join(directory, "r/a"));
  });

  it("gives every byte of an object that is replaced while it is read, however slowly", async () => {
    const directory = emptyFolder();
    const [one, other] = [directorySpool(directory), directorySpool(directory)];
    await one.put("a", new Uint8Array(maxObjectBytes).fill(1));
    const reads = Promise.allSettled(Array.from({ length: 4 }, () => other.get("a")));
    await one.put("a", new Uint8Array(10).fill(2));
    for (const read of await reads) {
      const got = (read as PromiseFulfilledResult<Uint8Array>).value;
      expect(got.length === 10 || got.length === maxObjectBytes).toBe(true);
      expect(got.every((byte) => byte === got[0])).toBe(true);
    }
  });
});

describe("a directory spool whose process is killed again and again", () => {
  it("holds whole objects at every moment, and nothing when all are deleted", async () => {
    const directory = emptyFolder();
    const spool = directorySpool(directory);
    let leftovers = 0;
    let begun = false;
    for (let kills = 0; kills < 25; kills++) {
      const child = spawn(process.execPath, [program("test/support/durable-child.ts"), directory], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 80));
      child.kill("SIGKILL");
      await once(child, "exit");
      leftovers += inside(directory).filter((path) => path.includes("~")).length;
      const paths = await listed(directory);
      if (begun) expect(paths).toContain("r/journal"); // it is replaced only
      begun = paths.includes("r/journal");
      for (const path of paths) {
        const got = await spool.get(path);
        expect(got === undefined ? "absent" : (got.length - 1_000) % 25_000, path).toBe(0);
        expect(
          got?.every((byte) => byte === got[0]),
          path,
        ).toBe(true);
      }
      if (kills % 5 !== 4) continue;
      begun = false;
      for (const path of paths) await spool.delete(path);
      for (const path of ["r/journal", "r/parts/a/0", "r/parts/a/1", "r/parts/b/0"]) await spool.delete(path);
      expect(inside(directory)).toEqual([]);
    }
    expect(leftovers).toBeGreaterThan(0); // else the kills came too early or too late to show anything
  });
});

/** A file system that is full, forbidden or gone, as far as this machine lets the tests make one. */
const mounts: string[] = [];
function mounted(...options: string[]): string | undefined {
  const folder = emptyFolder();
  if (spawnSync("mount", [...options, folder]).status !== 0) return undefined;
  mounts.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of mounts.reverse()) spawnSync("umount", ["-l", folder]);
});

describe("a directory spool that cannot write", () => {
  it("because the disk is full keeps the old object, leaves nothing, and works again when there is room", async (test) => {
    const directory = mounted("-t", "tmpfs", "-o", "size=1m", "none");
    if (directory === undefined) return test.skip("this machine lets nobody mount a file system");
    const spool = directorySpool(directory);
    await spool.put("r/a", bytes(300_000));
    writeFileSync(join(directory, "FILLER"), new Uint8Array(600_000));
    for (const path of ["r/a", "r/b", "new/folder/c"]) {
      const error = await failing(spool.put(path, new Uint8Array(500_000)));
      expect(error).toMatchObject({ code: "SPOOL_FAILED", retryable: true, cause: { code: "ENOSPC" } });
      expect(error.message).toMatch(/could not be stored \(ENOSPC\)\. Look at the space/);
    }
    expect(inside(directory)).toEqual(["FILLER", "r", "r/a"]);
    expect(await spool.get("r/a")).toEqual(Buffer.from(bytes(300_000)));
    rmSync(join(directory, "FILLER"));
    await spool.put("r/a", bytes(500_000));
    expect((await spool.get("r/a"))?.length).toBe(500_000);
    await spool.check?.();
  });

  it("because no more files may be made says the same", async (test) => {
    const directory = mounted("-t", "tmpfs", "-o", "nr_inodes=4", "none");
    if (directory === undefined) return test.skip("this machine lets nobody mount a file system");
    const spool = directorySpool(directory);
    await spool.put("a", bytes());
    expect(await failing(spool.put("b/c/d", bytes()))).toMatchObject({ code: "SPOOL_FAILED", retryable: true });
    expect(inside(directory)).toEqual(["a"]);
  });

  it("because it is mounted to be read still reads, and says that it will not be written", async (test) => {
    const real = emptyFolder();
    const spool = directorySpool(real);
    await spool.put("r/a", bytes());
    const directory = mounted("--bind", "-o", "ro", real);
    if (directory === undefined) return test.skip("this machine lets nobody mount a file system");
    const closed = directorySpool(directory);
    expect(await closed.get("r/a")).toEqual(Buffer.from(bytes()));
    for (const call of [() => closed.put("r/a", bytes()), () => closed.delete("r/a"), () => closed.check?.()])
      expect(await failing(call() as Promise<void>)).toMatchObject({
        code: "SPOOL_FAILED",
        retryable: false,
        cause: { code: "EROFS" },
      });
    expect(await listed(real)).toEqual(["r/a"]);
  });

  it("because its folder was removed under it says so, and does not make it again", async () => {
    const above = emptyFolder();
    const directory = join(above, "spool");
    mkdirSync(directory);
    const spool = directorySpool(directory);
    await spool.put("r/a", bytes());
    renameSync(directory, `${directory}-away`);
    expect((await failing(spool.put("r/a", bytes()))).message).toContain("is not there");
    for (const call of [() => spool.get("r/a"), () => spool.delete("r/a"), () => listed(directory, "r/")])
      expect((await failing(call())).message).toContain("is not there");
    expect(inside(above).includes("spool")).toBe(false);
  });

  it("because files may not grow so large leaves nothing behind", () => {
    const directory = emptyFolder();
    const script = `
      import { directorySpool } from ${JSON.stringify(resolve("src/spools/directory/index.ts"))};
      const spool = directorySpool(${JSON.stringify(directory)});
      await spool.put("r/a", new Uint8Array(1_000));
      const error = await spool.put("r/a", new Uint8Array(500_000)).catch((thrown) => thrown);
      process.stdout.write([error.code, error.retryable, error.cause?.code, (await spool.get("r/a")).length].join(" "));`;
    const file = join(emptyFolder(), "child.mts");
    writeFileSync(file, script);
    const jiti = resolve("node_modules/jiti/lib/jiti-cli.mjs");
    const command = `ulimit -f 100; JITI_FS_CACHE=false exec "${process.execPath}" "${jiti}" "${file}"`;
    const { stdout } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect(stdout).toBe("SPOOL_FAILED false EFBIG 1000");
    expect(inside(directory)).toEqual(["r", "r/a"]);
  });

  it("because it may not be says so, and takes nothing for absent that it may not read", async () => {
    const directory = join(emptyFolder(), "spool");
    mkdirSync(directory);
    const spool = directorySpool(directory);
    for (const path of ["a", "r/b"]) await spool.put(path, bytes());
    chmodSync(dirname(directory), 0o755);
    chmodSync(directory, 0o555);
    for (const path of ["a", "r"]) chmodSync(join(directory, path), 0);
    const isRoot = process.getuid?.() === 0;
    try {
      if (isRoot) process.seteuid?.(65_534); // to root nothing is forbidden
      for (const call of [
        () => spool.put("c", bytes()),
        () => spool.put("a", bytes()),
        () => spool.get("a"),
        () => spool.get("r/b"),
        () => listed(directory),
        () => listed(directory, "r/"),
        () => spool.delete("a"),
        () => spool.delete("r/b"),
        () => spool.check?.(),
      ])
        expect(await failing(call() as Promise<unknown>)).toMatchObject({
          code: "SPOOL_FAILED",
          retryable: false,
          cause: { code: "EACCES" },
        });
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(directory, 0o700);
      chmodSync(join(directory, "r"), 0o700);
    }
    expect(inside(directory)).toEqual(["a", "r", "r/b"]);
  });
});
