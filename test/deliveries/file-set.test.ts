import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PortmanteauError } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { describe, expect, it } from "vitest";
import { emptyFolder } from "../support/exporting.ts";

const { signal } = new AbortController();
const aborted = new PortmanteauError("ABORTED", "test");

describe("fileDelivery of a set", () => {
  for (const [name, named] of [
    ["bundle.zip", "bundle.part2.zip"],
    ["bundle.zip.age", "bundle.part2.zip.age"],
    ["my.data.ZIP", "my.data.part2.ZIP"],
    ["my.zipped.box", "my.zipped.part2.box"],
    ["bundle", "bundle.part2"],
  ] as const)
    it(`names part 2 of ${name} ${named}`, async () => {
      const folder = emptyFolder();
      const delivery = fileDelivery(join(folder, name));
      expect(delivery.partName?.(2)).toBe(named);
      const writer = await delivery.open({ signal, part: { number: 2, count: 2 } });
      await writer.write(Buffer.from("two"));
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\..*\.part2.*\.partial$/)]);
      await writer.commit();
      expect(readdirSync(folder)).toEqual([named]);
    });

  it("holds no file open once a zip is finished, and commits it as it is", async () => {
    const folder = emptyFolder();
    const delivery = fileDelivery(join(folder, "b.zip"));
    const before = readdirSync("/proc/self/fd").length;
    const writers = [];
    for (let number = 1; number <= 50; number++) {
      const writer = await delivery.open({ signal, part: { number, count: 50 } });
      await writer.write(Buffer.from(`zip ${number}`));
      await writer.finish?.();
      writers.push(writer);
    }
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 10);
    for (const writer of writers.reverse()) await writer.commit();
    expect(readdirSync(folder)).toHaveLength(50);
    expect(readFileSync(join(folder, "b.part7.zip"), "utf8")).toBe("zip 7");
  });

  it("takes a commit back, once or twice, and leaves nothing when it is given up after it was finished", async () => {
    const folder = emptyFolder();
    const delivery = fileDelivery(join(folder, "b.zip"));
    const [one, two] = [
      await delivery.open({ signal, part: { number: 1, count: 2 } }),
      await delivery.open({ signal, part: { number: 2, count: 2 } }),
    ];
    await one.finish?.();
    await two.finish?.();
    await two.commit();
    expect(readdirSync(folder)).toContain("b.part2.zip");
    await two.undo?.();
    await two.undo?.();
    await one.abort(aborted);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves no listener on the process behind, however it ended", async () => {
    const folder = emptyFolder();
    const count = () => ["exit", "SIGTERM"].map((event) => process.listenerCount(event));
    const run = async (end: "commit" | "undo") => {
      const delivery = fileDelivery(join(folder, "b.zip"));
      const part = (number: number) => delivery.open({ signal, part: { number, count: 2 } });
      const [one, two] = [await part(1), await part(2)];
      await two.commit();
      if (end === "undo") {
        await two.undo?.();
        await one.abort(aborted);
      } else await one.commit();
    };
    await run("commit");
    const before = count();
    for (const end of ["commit", "undo", "commit"] as const) await run(end);
    expect(count()).toEqual(before);
  });

  it.skipIf(process.platform === "win32")("is removed by a signal as long as part 1 is not there", async () => {
    const [folder, scripts] = [emptyFolder(), emptyFolder()];
    const script = join(scripts, "child.mts");
    writeFileSync(
      script,
      `import { fileDelivery } from ${JSON.stringify(resolve("src/deliveries/file/index.ts"))};
      const delivery = fileDelivery(${JSON.stringify(join(folder, "b.zip"))});
      const { signal } = new AbortController();
      for (const number of [1, 2, 3]) {
        const writer = await delivery.open({ signal, part: { number, count: 3 } });
        await writer.write(Buffer.from("x"));
        if (number > 1) await writer.commit();
      }
      console.log("committed");
      setInterval(() => {}, 1_000);`,
    );
    const child = spawn(process.execPath, [resolve("node_modules/jiti/lib/jiti-cli.mjs"), script], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(["b.part2.zip", "b.part3.zip"]));
    child.kill("SIGTERM");
    await ended;
    expect(readdirSync(folder)).toEqual([]);
  });
});
