import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RandomAccess } from "portmanteau";
import { createDownloadToken, downloadHandler, openFile, openS3Object } from "portmanteau/downloads";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { emptyFolder, expectNoUnhandledRejection, failing, refused, wait } from "../support/exporting.ts";
import { bucket, openStore, type TestStore } from "../support/s3.ts";
import { type Ours, type Running, servers } from "./servers.ts";

expectNoUnhandledRejection();

const run = promisify(execFile);
const folder = emptyFolder();
const zip = randomBytes(3_000_001);
const sha256 = createHash("sha256").update(zip).digest("hex");
const path = join(folder, "b-1.zip");
writeFileSync(path, zip);

const key = { id: "k2", secret: randomBytes(32) };
const older = { id: "k1", secret: randomBytes(32) };
const now = Date.parse("2026-06-01T00:00:00Z");
const token = (more: object = {}) =>
  createDownloadToken({ key, bundle: "b-1", subject: "ada", expiresAt: new Date(now + 60_000), ...more });

/** How often this process has a file open. */
const openCount = (of = path) =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === of;
    } catch {
      return false;
    }
  }).length;
async function allClosed(): Promise<void> {
  for (let turn = 0; turn < 500 && openCount() > 0; turn++) await wait(10);
  expect(openCount()).toBe(0);
}

const ours: Ours = {
  keys: [key, older],
  clock: () => now,
  async open({ bundle }) {
    const file = await openFile(join(folder, `${bundle}.zip`));
    return file && { file, sha256, filename: "Meine Daten ü.zip" };
  },
};
const digest = async (response: Response) =>
  createHash("sha256")
    .update(new Uint8Array(await response.arrayBuffer()))
    .digest("hex");

for (const [name, start] of Object.entries(servers))
  describe(`downloads over ${name}`, () => {
    let server: Running;
    beforeEach(async () => {
      server = await start(ours);
    });
    afterEach(async () => {
      await server.close();
      await allClosed();
    });
    const ask = (of = token(), headers: Record<string, string> = {}, method = "GET", cookie = "subject=ada") =>
      fetch(server.base + of, { method, headers: { cookie, ...headers } });

    it("gives the whole bundle to its person, with everything that a browser and a checker must know", async () => {
      const response = await ask();
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "accept-ranges": "bytes",
        "cache-control": "no-store",
        "content-disposition":
          "attachment; filename=\"Meine Daten _.zip\"; filename*=UTF-8''Meine%20Daten%20%C3%BC.zip",
        "content-length": String(zip.length),
        "content-security-policy": "sandbox; default-src 'none'",
        "content-type": "application/zip",
        etag: `"${sha256}"`,
        "referrer-policy": "no-referrer",
        "repr-digest": `sha-256=:${createHash("sha256").update(zip).digest("base64")}:`,
        "x-content-type-options": "nosniff",
      });
      expect(await digest(response)).toBe(sha256);
    });

    it("answers HEAD with the same headers and no byte, also where a range is asked for", async () => {
      const response = await ask(token(), { range: "bytes=5-9" }, "HEAD");
      expect(response.status).toBe(200);
      expect(response.headers.get("content-length")).toBe(String(zip.length));
      expect(response.headers.get("etag")).toBe(`"${sha256}"`);
      expect((await response.arrayBuffer()).byteLength).toBe(0);
    });

    for (const [range, first, last] of [
      ["bytes=0-0", 0, 0],
      ["bytes=100-299999", 100, 299_999],
      ["bytes=2999999-", 2_999_999, 3_000_000],
      ["bytes=-17", 2_999_984, 3_000_000],
      ["bytes=2999999-9999999", 2_999_999, 3_000_000],
    ] as const)
      it(`gives ${range} alone`, async () => {
        const response = await ask(token(), { range });
        expect(response.status).toBe(206);
        expect(response.headers.get("content-range")).toBe(`bytes ${first}-${last}/${zip.length}`);
        expect(response.headers.get("content-length")).toBe(String(last - first + 1));
        expect(Buffer.from(await response.arrayBuffer()).equals(zip.subarray(first, last + 1))).toBe(true);
      });

    it("gives the whole bundle for several ranges, and says 416 where there is nothing", async () => {
      expect(await digest(await ask(token(), { range: "bytes=0-1,5-6" }))).toBe(sha256);
      const response = await ask(token(), { range: `bytes=${zip.length}-` });
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe(`bytes */${zip.length}`);
    });

    it("gives a range only of the bundle that If-Range names", async () => {
      const range = "bytes=0-9";
      expect((await ask(token(), { range, "if-range": `"${sha256}"` })).status).toBe(206);
      for (const other of [`"${"0".repeat(64)}"`, `W/"${sha256}"`, "Mon, 01 Jun 2026 00:00:00 GMT"])
        expect(await digest(await ask(token(), { range, "if-range": other }))).toBe(sha256);
    });

    it("is put together again from ranges that are read at the same time", async () => {
      const starts = Array.from({ length: 16 }, (_, index) => index * 200_000);
      const parts = await Promise.all(
        starts.map(async (from) =>
          Buffer.from(await (await ask(token(), { range: `bytes=${from}-${from + 199_999}` })).arrayBuffer()),
        ),
      );
      expect(Buffer.concat(parts).equals(zip)).toBe(true);
    });

    it("goes on where curl was broken off", async () => {
      const out = join(emptyFolder(), "b.zip");
      writeFileSync(out, zip.subarray(0, 1_234_567));
      await run("curl", ["-fsS", "-C", "-", "-b", "subject=ada", "-o", out, server.base + token()]);
      expect(readFileSync(out).equals(zip)).toBe(true);
      const named = emptyFolder();
      await run("curl", ["-fsSOJ", "-b", "subject=ada", server.base + token()], { cwd: named });
      expect(readdirSync(named)).toEqual(["Meine Daten _.zip"]);
    });

    it("says the same to everybody for whom a link is not good", async () => {
      const made = token();
      const foreign = { id: "k2", secret: randomBytes(32) };
      const answers = await Promise.all([
        ask(made, {}, "GET", "subject=bob"),
        ask(made, {}, "GET", "nothing=1"),
        ask(token({ subject: "bob" })),
        ask(token({ key: foreign })),
        ask(`${made.slice(0, -1)}${made.endsWith("A") ? "B" : "A"}`),
        ask("nonsense"),
        ask(token({ bundle: "not-there" })),
        ask(token({ expiresAt: new Date(now) }), {}, "GET", "subject=bob"),
        ask(made, { range: "bytes=99999999-" }, "GET", "subject=bob"),
      ]);
      const seen = await Promise.all(
        answers.map(async ({ status, headers, body: _, ...rest }, index) => {
          const { date, ...others } = Object.fromEntries(headers);
          return JSON.stringify([status, others, await (answers[index] as Response).text(), rest]);
        }),
      );
      expect(new Set(seen).size).toBe(1);
      expect(answers[0]?.status).toBe(404);
      expect(answers[0]?.headers.get("cache-control")).toBe("no-store");
    });

    it("says that a link has expired, to its person only, at that second and not before", async () => {
      expect((await ask(token({ expiresAt: new Date(now) }))).status).toBe(410);
      expect((await ask(token({ expiresAt: new Date(now - 1_000) }))).status).toBe(410);
      expect((await ask(token({ expiresAt: new Date(now + 1_000) }), {}, "HEAD")).status).toBe(200);
    });

    it("takes links of an older key as long as it is there", async () => {
      expect((await ask(token({ key: older }), {}, "HEAD")).status).toBe(200);
    });

    it("closes the file when the client leaves in the middle, or before it reads anything", async () => {
      for (const leave of ["data", "response"] as const) {
        await new Promise<void>((resolve) => {
          const asked = get(server.base + token(), { headers: { cookie: "subject=ada" } }, (response) => {
            response.on("error", () => {});
            const end = () => {
              asked.destroy();
              resolve();
            };
            if (leave === "data") response.once("data", end);
            else end();
          });
          asked.on("error", () => {});
        });
        await allClosed();
      }
    });
  });

describe("downloadHandler", () => {
  let server: Running | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await allClosed();
  });
  const started = async (more: Partial<Ours>, which = "node:http") => {
    server = await (servers[which] as (ours: Ours) => Promise<Running>)({ ...ours, ...more });
    return (headers: Record<string, string> = {}, method = "GET") =>
      fetch((server as Running).base + token(), { method, headers: { cookie: "subject=ada", ...headers } });
  };

  it("lets the caller count downloads, and end them; going on and HEAD are none", async () => {
    let left = 2;
    const ask = await started({ permit: ({ isStart, bundle }) => bundle === "b-1" && (!isStart || left-- > 0) });
    expect((await ask({}, "HEAD")).status).toBe(200);
    for (const status of [200, 200, 410, 410]) {
      const response = await ask();
      expect(response.status).toBe(status);
      await response.arrayBuffer();
    }
    const rest = await ask({ range: "bytes=100-" });
    expect(rest.status).toBe(206);
    await rest.arrayBuffer();
  });

  for (const which of Object.keys(servers))
    it(`says 500 and no more when a callback throws, and tells the caller, over ${which}`, async () => {
      const boom = new Error("secret words");
      for (const more of [
        { open: () => Promise.reject(boom) },
        {
          permit: () => {
            throw boom;
          },
        },
      ]) {
        const told: unknown[] = [];
        const ask = await started({ ...more, onError: (error) => told.push(error) }, which);
        const response = await ask();
        expect([response.status, await response.text()]).toEqual([500, ""]);
        expect(told).toEqual([boom]);
        await server?.close();
        server = undefined;
      }
    });

  for (const which of Object.keys(servers))
    it(`breaks off when the file ends too early, so that nobody takes it for whole, over ${which}`, async () => {
      const short = join(folder, "short.zip");
      writeFileSync(short, zip);
      const told: unknown[] = [];
      const ask = await started(
        {
          onError: (error) => told.push(error),
          async open() {
            const file = await openFile(short);
            truncateSync(short, 1_000_000);
            return file && { file, sha256 };
          },
        },
        which,
      );
      await expect(ask().then((response) => response.arrayBuffer())).rejects.toThrow();
      expect(told).toMatchObject([{ code: "READ_FAILED" }]);
    });

  it("reads no further than the client does, in bounded memory", async () => {
    const size = 200 * 1024 * 1024;
    let read = 0;
    const file: RandomAccess = {
      size,
      async read(position, length) {
        read = Math.max(read, position + length);
        return new Uint8Array(length);
      },
    };
    await started({ open: () => ({ file, sha256 }) });
    const response = await new Promise<import("node:http").IncomingMessage>((resolve) => {
      get((server as Running).base + token(), { headers: { cookie: "subject=ada" } }, resolve);
    });
    response.on("error", () => {});
    let last = -1;
    while (last !== read) {
      last = read;
      await wait(100);
    }
    expect(read).toBeLessThan(size / 4);
    response.destroy();
  });

  it("takes nothing but GET and HEAD, and finds the token behind any path", async () => {
    const ask = await started({});
    expect((await ask({}, "POST")).status).toBe(405);
    const { base } = server as Running;
    for (const at of [`${base}x/y/${token()}`, `${base}${token()}/`, `${base}${token()}?a=/b`, `${base}${token()}/?a`])
      expect((await fetch(at, { method: "HEAD", headers: { cookie: "subject=ada" } })).status).toBe(200);
    expect((await fetch(`${base}${token()}/x`, { headers: { cookie: "subject=ada" } })).status).toBe(404);
  });

  it("refuses at once what cannot be", () => {
    const { open } = ours;
    const authorise = () => undefined;
    for (const options of [
      { keys: [], authorise, open },
      { keys: [key, key], authorise, open },
      { keys: [key], open },
      { keys: [key], authorise },
    ])
      expect(refused(() => downloadHandler(options as never)).code).toBe("CONFIG_INVALID");
  });
});

describe("openFile", () => {
  it("opens files, and neither links nor folders", async () => {
    expect(await openFile(join(folder, "missing.zip"))).toBeUndefined();
    const place = emptyFolder();
    symlinkSync(path, join(place, "link.zip"));
    mkdirSync(join(place, "folder"));
    for (const name of ["link.zip", "folder"])
      expect((await failing(openFile(join(place, name)))).code).toBe("READ_FAILED");
  });
});

describe("downloads from S3", () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openStore();
    await store.put("b-1.zip", zip);
  });
  afterAll(() => store.close());
  const open = (name: string) => openS3Object({ client: store.client, bucket, key: name });

  it("are streamed by one request each, wholly or from the middle on, and closed", async () => {
    const server = await (servers["node:http"] as (ours: Ours) => Promise<Running>)({
      ...ours,
      open: async ({ bundle }) => {
        const file = await open(`${bundle}.zip`);
        return file && { file, sha256 };
      },
    });
    try {
      store.asked.length = 0;
      const headers = { cookie: "subject=ada" };
      expect(await digest(await fetch(server.base + token(), { headers }))).toBe(sha256);
      const rest = await fetch(server.base + token(), { headers: { ...headers, range: "bytes=1000000-2000000" } });
      expect(Buffer.from(await rest.arrayBuffer()).equals(zip.subarray(1_000_000, 2_000_001))).toBe(true);
      expect(store.asked.map((line) => line.replace(/ .*/, ""))).toEqual(["HEAD", "GET", "HEAD", "GET"]);
      expect((await fetch(server.base + token({ bundle: "no" }), { headers })).status).toBe(404);
      for (let turn = 0; turn < 500 && store.answers() > 0; turn++) await wait(10);
      expect(store.answers()).toBe(0);
    } finally {
      await server.close();
    }
  });

  it("break off when the store does", async () => {
    const file = (await open("b-1.zip")) as RandomAccess;
    store.cutAfter = 100_000;
    const reading = async () => {
      for (let at = 0; at < file.size; ) at += (await file.read(at, 300_000)).length;
    };
    expect(await failing(reading())).toMatchObject({ code: "READ_FAILED", retryable: true });
    store.cutAfter = undefined;
    await file.close?.();
  });
});
