// Run by `node --test` and not by vitest: the contract in another runner.
import { after, describe, it } from "node:test";
import { sourceContract } from "../../src/testing/index.ts";
import { sourceMutants } from "./mutants/sources.ts";
import { notesFixture } from "./notes-system.ts";

const right = () => {
  const { write: _, ...fixture } = notesFixture();
  return fixture;
};
const wrong = () => notesFixture(sourceMutants.find(({ mistake }) => mistake === "counts everybody's rows")?.source);

sourceContract("right", right, { describe, it, after });
if (process.env["WITH_MUTANT"] === "1") sourceContract("wrong", wrong, { describe, it, after });
