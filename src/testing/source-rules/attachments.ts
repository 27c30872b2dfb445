import type { Attachment } from "../../model/attachment.ts";
import type { Page } from "../../model/source.ts";
import { ContractBroken } from "../broken.ts";
import { same } from "../octets.ts";
import type { ReadOptions, SourceTrial } from "../source-trial.ts";
import type { SourceRule } from "./index.ts";

/** A content of this size comes in several chunks from every store. */
const largeBytes = 500_000;

/** A record of somebody's, with what the source gave as its file, and what was stored as it. */
export interface GivenFile {
  readonly record: unknown;
  readonly file: Attachment | null;
  readonly content: Uint8Array | null;
}

export const unlessAttachments: NonNullable<SourceRule["unless"]> = ({ source, attachments }) =>
  source.capabilities.attachments !== true
    ? "the source has no attachments"
    : attachments === undefined
      ? "the fixture has no `attachments`"
      : undefined;

export const attachmentRules: readonly SourceRule[] = [
  {
    name: "attachments",
    title: "gives a file or null with each record when it says that its records have files, and else none",
    async check(trial) {
      if (trial.source.capabilities.attachments !== true) return withoutFiles(await trial.pages());
      if (trial.fixture.attachments === undefined)
        throw new ContractBroken(
          "fixture",
          "The source gives attachments, and the fixture has no `attachments`.",
          "Give it { content, remove }: what was stored as the file of a record, and how it is taken away.",
        );
      for (const pageRecords of [1, 5])
        for (const { file, content } of await givenFiles(trial, { pageRecords }))
          if ((file === null) !== (content === null))
            throw new ContractBroken(
              "attachments",
              file === null
                ? "A record that has a file was given without."
                : "A record that has no file was given with one.",
              "Give the attachments in the order of the page's records, and null for a record that never had a file: one whose file cannot be had throws when it is opened.",
            );
      const contents = await Promise.all(trial.expected.map((record) => trial.fixture.attachments?.content(record)));
      if (!contents.some((content) => (content?.length ?? 0) >= largeBytes))
        throw new ContractBroken(
          "fixture",
          `None of the subject's files has ${largeBytes} bytes.`,
          "Give one of them so many, all different: a smaller content comes in one piece, and shows nothing of what happens in between.",
        );
    },
  },
  {
    name: "attachment-names",
    title: "gives its files names that lead nowhere, and the same names again",
    unless: unlessAttachments,
    async check(trial) {
      const names = (await givenFiles(trial)).map(({ file }) => file?.name);
      for (const name of names)
        if (name === "" || (name !== undefined && leadsAway(name)))
          throw new ContractBroken(
            "attachment-names",
            "The name of a file is empty, is an absolute path, or has `..` in it.",
            "Give the name below the subject's own folder, as the person knows it. Where a file lies in your system is not for them.",
          );
      const again = (await givenFiles(trial, { pageRecords: 2 })).map(({ file }) => file?.name);
      if (again.some((name, index) => name !== names[index]))
        throw new ContractBroken(
          "attachment-names",
          "Read again, a file has another name.",
          "Take the name from the record or the store: the bundle's paths follow from it, and the same records give the same bundle.",
        );
    },
  },
];

/** Every record of a person with its file. That there is one place for each record is checked here, for nothing works without. */
export async function givenFiles(trial: SourceTrial, options: ReadOptions = {}): Promise<GivenFile[]> {
  const given: GivenFile[] = [];
  for (const page of await trial.pages(options)) given.push(...(await filesOf(trial, page)));
  return given;
}

/** The records of a page with their files. */
export async function filesOf(trial: SourceTrial, { records, attachments }: Page): Promise<GivenFile[]> {
  if (!Array.isArray(attachments) || attachments.length !== records.length)
    throw new ContractBroken(
      "attachments",
      `A page has ${records.length} records and ${Array.isArray(attachments) ? `${attachments.length}` : "no"} attachments.`,
      "Yield { records, attachments, cursor }: one attachment for each record, in the same order, null for a record without.",
    );
  return Promise.all(
    (attachments as readonly (Attachment | null)[]).map(async (file, index) => {
      if (file !== null && (typeof file?.name !== "string" || typeof file.open !== "function"))
        throw new ContractBroken(
          "attachments",
          "An attachment has no name, or no open.",
          "Give { name, open }, or null.",
        );
      const record = records[index];
      return { record, file, content: (await trial.fixture.attachments?.content(record)) ?? null };
    }),
  );
}

function withoutFiles(pages: readonly Page[]): void {
  if (pages.some(({ attachments }) => attachments !== undefined))
    throw new ContractBroken(
      "attachments",
      "capabilities.attachments is false, and a page has attachments: nobody would read them.",
      "Say attachments: true.",
    );
}

function leadsAway(name: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[/\\])/.test(name) || name.split(/[/\\]/).includes("..");
}

/** Whether a content is what was stored. */
export function isStored(content: Uint8Array, { content: stored }: GivenFile): boolean {
  return stored !== null && same(content, stored);
}
