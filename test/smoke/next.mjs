/**
 * The recipe for Next.js in a real one: the packed tarball and the newest Next.js are installed into an empty folder, built and started;
 * a bundle is requested and verified, and a download that is broken off stops the source's query. Needs `npm run build` before.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "portmanteau-next-"));
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
  });
const write = (path, text) => writeFileSync(join(folder, path), text);
let server;

try {
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], root));
  write("package.json", JSON.stringify({ private: true, type: "module" }));
  const packages = [
    "next@latest",
    "react@latest",
    "react-dom@latest",
    "typescript@5",
    "@types/node@20",
    "@types/react",
  ];
  run("npm", ["install", "--no-audit", "--no-fund", "--silent", join(folder, filename), ...packages]);

  mkdirSync(join(folder, "app/me/export"), { recursive: true });
  for (const file of ["nextjs.ts", "bundle-stream.ts"])
    copyFileSync(join(root, "examples/frameworks", file), join(folder, "app/me/export", file));
  write("tsconfig.json", JSON.stringify({ compilerOptions: { strict: true, allowImportingTsExtensions: true } }));
  write(
    "app/layout.tsx",
    `export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
  );
  write(
    "app/me/export/route.ts",
    `import { writeFileSync } from "node:fs";
import { createExporter, defineDataset } from "portmanteau";
import { iterableSource } from "portmanteau/sources/iterable";
import { exportRoute } from "./nextjs.ts";

/** Texts that do not deflate: their bytes reach the client while the rest is not read yet. */
const text = () => Array.from({ length: 40 }, () => Math.random().toString(36)).join("");

type Context = { subject: { id?: string }; signal: AbortSignal };

function* notes({ subject }: Context) {
  for (let id = 0; id < 2_000; id++) yield { id, owner: subject.id, text: text() };
}

/** Of whoever leaves, nothing comes before the export is aborted. */
async function* mail({ subject, signal }: Context) {
  if (subject.id === "leaves") {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    writeFileSync("aborted", "");
  }
  yield { id: 1, owner: subject.id, text: "" };
}

const dataset = (name: string, records: typeof notes | typeof mail) =>
  defineDataset({
    name,
    title: name,
    schema: {
      type: "object",
      additionalProperties: false,
      required: ["id", "text"],
      properties: { id: { type: "integer" }, text: { type: "string" } },
    },
    subjectField: "/owner",
    privacy: {
      category: name,
      purposes: ["dpv:ServiceProvision"],
      legalBasis: "eu-gdpr:A6-1-b",
      origin: "provided",
      retention: { duration: "P1Y" },
    },
    source: iterableSource({ records }),
  });
const exporter = createExporter({
  controller: { name: "Acme", contact: "privacy@acme.example" },
  datasets: [dataset("notes", notes), dataset("mail", mail)],
  lanes: 1,
});

export const { GET } = exportRoute({
  exporter,
  subjectOf: (request: Request) => request.headers.get("x-session") ?? undefined,
});
`,
  );
  const next = join(folder, "node_modules/next/dist/bin/next");
  run(process.execPath, [next, "build"]);

  const port = await freePort();
  server = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", String(port)], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
  });
  const url = `http://127.0.0.1:${port}/me/export`;
  // A connection of its own: the server may close one that was idle just as it is used again.
  const get = (session, options = {}) =>
    fetch(url, { headers: { "x-session": session, connection: "close" }, ...options });
  while (!(await fetch(url).catch(() => undefined))) {
    assert.equal(server.exitCode, null, "next start is running");
    await delay(200);
  }
  assert.equal((await fetch(url)).status, 401);

  const response = await get("ada");
  assert.deepEqual([response.status, response.headers.get("content-type")], [200, "application/zip"]);
  write("bundle.zip", Buffer.from(await response.arrayBuffer()));
  const cli = join(folder, "node_modules/portmanteau/dist/cli/main.js");
  assert.match(run(process.execPath, [cli, "verify", "bundle.zip"]), /sound/i);

  const leave = new AbortController();
  const broken = await get("leaves", { signal: leave.signal });
  assert.equal((await broken.body.getReader().read()).done, false);
  assert.ok(!existsSync(join(folder, "aborted")), "nothing is aborted while somebody reads");
  leave.abort();
  const deadline = Date.now() + 60_000;
  while (!existsSync(join(folder, "aborted"))) {
    assert.ok(Date.now() < deadline, "a download that is broken off aborts the source's signal");
    await delay(50);
  }
  const { version } = JSON.parse(readFileSync(join(folder, "node_modules/next/package.json"), "utf8"));
  console.log(`The recipe works in Next.js ${version} on Node.js ${process.version}.`);
} finally {
  if (server?.exitCode === null) {
    server.kill();
    await once(server, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return port;
}
