import type { Attachment, OpenAttachment } from "../../model/attachment.ts";
import { ContractBroken } from "../broken.ts";
import { collected, same } from "../octets.ts";
import type { SourceTrial } from "../source-trial.ts";
import { judgeAbort } from "./abort.ts";
import { filesOf, type GivenFile, givenFiles, isStored, unlessAttachments } from "./attachments.ts";
import { often } from "./closing.ts";
import type { SourceRule } from "./index.ts";

type WithFile = GivenFile & { readonly file: Attachment; readonly content: Uint8Array };

export const contentRules: readonly SourceRule[] = [
  {
    name: "attachment-content",
    title: "gives each file whole, and the same when it is opened again",
    unless: unlessAttachments,
    async check(trial) {
      for (const given of await withFiles(trial))
        for (const time of ["", "Opened again, "]) {
          const content = await contentOf(trial, given.file);
          if (!isStored(content, given))
            throw new ContractBroken(
              "attachment-content",
              `${time}a file gave ${content.length} bytes of ${given.content.length}, or others.`,
              "Open the content at its beginning each time, and give every byte of it. A chunk must stay as it is until the next one is asked for.",
            );
        }
    },
  },
  {
    name: "attachment-again",
    title: "gives a file from its beginning when an earlier reading of it broke off",
    unless: unlessAttachments,
    async check(trial) {
      const given = await largest(trial);
      await opening(trial, given.file, async (_opened, chunks) => {
        await trial.answer(chunks.next(), "the first chunk of a file");
        await trial.answer((async () => chunks.return?.())(), "the end of a file that was left early");
      });
      const content = await contentOf(trial, given.file);
      if (!isStored(content, given))
        throw new ContractBroken(
          "attachment-again",
          `After a reading that broke off it gave ${content.length} bytes of ${given.content.length}, or others.`,
          "Open a stream of its own in each call of `open`: one that broke off is read again from the beginning.",
        );
    },
  },
  {
    name: "attachment-bytes",
    title: "says the true size of a file, or none, and a media type that is one",
    unless: unlessAttachments,
    async check(trial) {
      for (const { file, content } of await withFiles(trial))
        await opening(trial, file, async ({ bytes, mediaType }) => {
          if (bytes !== undefined && bytes !== content.length)
            throw new ContractBroken(
              "attachment-bytes",
              `It says ${String(bytes)} bytes of a file of ${content.length}.`,
              "Take the size from what was opened (fstat, Content-Length), as the number of bytes that come. Leave it out where it is not known.",
            );
          if (mediaType !== undefined && !/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: *;.*)?$/.test(mediaType))
            throw new ContractBroken(
              "attachment-bytes",
              "A media type is none.",
              'Give one as in "image/png"; leave it out where it is not known.',
            );
        });
    },
  },
  {
    name: "attachment-subject",
    title: "gives the files of its subject, also when another one was read since",
    unless: unlessAttachments,
    async check(trial) {
      const own = await withFiles(trial);
      const foreign = await withFiles(trial, trial.fixture.other.subject);
      for (const [files, others] of [
        [own, foreign],
        [foreign, own],
      ] as const)
        for (const { file, content: stored } of files) {
          const content = await contentOf(trial, file);
          if (!same(content, stored) && others.some((other) => isStored(content, other)))
            throw new ContractBroken(
              "attachment-subject",
              "A file of one person's record has the content of another's.",
              "Remember in the attachment whose file it is, and open it by the full key: not by its name, or by the subject of the latest read.",
            );
        }
    },
  },
  {
    name: "attachment-missing",
    title: "throws for a file that is not there any more, and does not call that an outage",
    unless: unlessAttachments,
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      const { record, file } = await largest(trial);
      await trial.answer((async () => trial.fixture.attachments?.remove(record))(), "the fixture's remove");
      const error = await trial.failure(readFile(trial, file), "opening a file that is gone");
      if (error.retryable || error.code === "SOURCE_UNAVAILABLE" || error.code === "SOURCE_TIMEOUT")
        throw new ContractBroken(
          "attachment-missing",
          `Of a file that is gone came ${error.code}, retryable: ${error.retryable}.`,
          'Throw "SOURCE_FAILED", not retryable: this one file cannot be had. "SOURCE_UNAVAILABLE" says that the store does not answer, and ends the reading of all.',
          error,
        );
      await trial.closed("attachment-missing", before, "after a file that is gone");
    },
  },
  {
    name: "attachment-abort",
    title: "ends within a chunk when it is aborted inside a file",
    unless: unlessAttachments,
    async check(trial) {
      const before = await trial.handles();
      const { file } = await largest(trial);
      const aborting = new AbortController();
      await opening(
        trial,
        file,
        async (_opened, chunks) => {
          await trial.answer(chunks.next(), "the first chunk of a file");
          aborting.abort();
          let [more, error]: [number, unknown] = [0, undefined];
          for (let ended = false; !ended && more <= 1; ) {
            const next = await trial.outcome(chunks.next(), "a chunk after an abort");
            if ("error" in next) error = next.error;
            ended = "error" in next || next.value.done === true;
            if (!ended) more++;
          }
          await trial.outcome((async () => chunks.return?.())(), "the end of a file after an abort");
          if (more > 1)
            throw new ContractBroken(
              "attachment-abort",
              "It went on with a file after the abort.",
              "Pass the signal that `open` gets to the store's call, and look at it before each chunk.",
            );
          judgeAbort("attachment-abort", error, aborting.signal);
        },
        aborting.signal,
      );
      await trial.closed("attachment-abort", before, "after an abort inside a file");
    },
  },
  {
    name: "attachment-closes",
    title: "leaves nothing open of a file that was read, left early or never looked at",
    unless: unlessAttachments,
    async check(trial) {
      const { file } = await largest(trial);
      const before = await trial.handles();
      const ways: readonly (readonly [when: string, use: (chunks: AsyncIterator<Uint8Array>) => Promise<unknown>])[] = [
        ["that was read to its end", (chunks) => collected({ [Symbol.asyncIterator]: () => chunks })],
        ["that was left early", (chunks) => chunks.next().then(() => chunks.return?.())],
        ["that was never read", async () => undefined],
      ];
      for (const [when, use] of ways) {
        for (let time = 0; time < often; time++)
          await opening(trial, file, (_opened, chunks) => trial.answer(use(chunks), `a file ${when}`));
        await trial.closed("attachment-closes", before, `of a file ${when}, after its close`);
      }
    },
  },
];

/** Those of a person's records that have a file. */
async function withFiles(trial: SourceTrial, subject = trial.fixture.subject): Promise<readonly WithFile[]> {
  return (await givenFiles(trial, { subject })).filter(hasFile);
}

const hasFile = (given: GivenFile): given is WithFile => given.file !== null && given.content !== null;

async function largest(trial: SourceTrial): Promise<WithFile> {
  const pages = await trial.pages();
  const files = (await Promise.all(pages.map((page) => filesOf(trial, page)))).flat().filter(hasFile);
  const [first, ...others] = files;
  if (first === undefined)
    throw new ContractBroken("attachments", "None of the records came with its file.", "Give { name, open } with it.");
  return others.reduce((most, given) => (given.content.length > most.content.length ? given : most), first);
}

/** Opens a file as the exporter does: it is closed on every path, once. */
async function opening<T>(
  trial: SourceTrial,
  file: Attachment,
  use: (opened: OpenAttachment, chunks: AsyncIterator<Uint8Array>) => Promise<T>,
  signal = new AbortController().signal,
): Promise<T> {
  const opened = wellShaped(await trial.answer((async () => file.open(signal))(), "opening a file"));
  try {
    return await use(opened, opened.content[Symbol.asyncIterator]());
  } finally {
    await trial.answer((async () => opened.close?.())(), "closing a file");
  }
}

/** The whole content of a file, where nothing is wrong. */
function contentOf(trial: SourceTrial, file: Attachment): Promise<Uint8Array> {
  return trial.answer(readFile(trial, file), "reading a file");
}

async function readFile(trial: SourceTrial, file: Attachment): Promise<Uint8Array> {
  const { signal } = new AbortController();
  const opened = wellShaped(await file.open(signal));
  try {
    return await collected(opened.content);
  } finally {
    await trial.answer((async () => opened.close?.())(), "closing a file");
  }
}

function wellShaped(opened: unknown): OpenAttachment {
  const content = (opened as Partial<OpenAttachment> | null | undefined)?.content;
  if (typeof content?.[Symbol.asyncIterator] === "function") return opened as OpenAttachment;
  throw new ContractBroken(
    "attachments",
    "What was opened has no content to iterate.",
    "Resolve with { content }, an async iterable of Uint8Array; throw when there is none.",
  );
}
