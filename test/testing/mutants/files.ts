import type { Attachment, OpenAttachment } from "../../../src/model/attachment.ts";
import { PortmanteauError } from "../../../src/model/errors.ts";
import type { Page, ReadContext, Source } from "../../../src/model/source.ts";
import { chunksOf, filesSource, noteFile, openFile } from "../notes-files.ts";
import { fileKey, type Note, type NotesSystem, notesSource } from "../notes-system.ts";
import type { SourceMutant } from "./sources.ts";

/** The right source with files, but for what becomes of its pages. */
const paging =
  (change: (page: Page<Note>) => Page<Note>) =>
  (system: NotesSystem): Source => {
    const source = filesSource(system);
    return {
      ...source,
      async *read(context) {
        for await (const page of source.read(context)) yield change(page);
      },
    };
  };

/** The right source with files, but for how a file is had. */
const filing =
  (fileOf: (right: Attachment, note: Note, system: NotesSystem, context: ReadContext) => Partial<Attachment>) =>
  (system: NotesSystem): Source =>
    filesSource(system, (system, note, context) => {
      const right = noteFile(system, note);
      return { ...right, ...fileOf(right, note, system, context) };
    });

/** The right source with files, but for what a file is once it is open. */
const opening = (
  change: (opened: OpenAttachment, signal: AbortSignal, system: NotesSystem) => Partial<OpenAttachment>,
) =>
  filing((right, _note, system) => ({
    open: async (signal) => {
      const opened = await right.open(signal);
      return { ...opened, ...change(opened, signal, system) };
    },
  }));

const isMissing = (error: unknown) => PortmanteauError.is(error) && error.code === "SOURCE_FAILED";
const inside = ["attachment-content", "attachment-again"];

export const fileMutants: readonly SourceMutant[] = [
  {
    mistake: "gives files and does not say so",
    breaks: ["attachments"],
    source: (system) => ({ ...filesSource(system), capabilities: notesSource(system).capabilities }),
  },
  {
    mistake: "leaves out the records without a file in its attachments",
    breaks: ["attachments", "attachment-names: attachments", "…"],
    source: paging(({ attachments = [], ...page }) => ({
      ...page,
      attachments: attachments.filter((file) => file !== null),
    })),
  },
  {
    mistake: "gives the files of a page in another order",
    breaks: ["attachments", "attachment-names", "attachment-content", "attachment-bytes"],
    source: paging(({ attachments = [], ...page }) => ({ ...page, attachments: [...attachments].reverse() })),
  },
  {
    mistake: "gives null for a file that cannot be had",
    breaks: ["attachments"],
    source: (system) =>
      paging(({ attachments = [], ...page }) => ({
        ...page,
        attachments: attachments.map((file, index) =>
          (system.files.get(fileKey(page.records[index] as Note))?.length ?? 0) === 0 ? null : file,
        ),
      }))(system),
  },
  {
    mistake: "names its files by where they lie",
    breaks: ["attachment-names"],
    source: filing(({ name }, { owner }) => ({ name: `/srv/files/${owner}/${name}` })),
  },
  {
    mistake: "names its files by a way up",
    breaks: ["attachment-names"],
    source: filing(({ name }) => ({ name: `notes/../${name}` })),
  },
  {
    mistake: "gives its files another name each time",
    breaks: ["attachment-names"],
    source: (system) => {
      let files = 0;
      return filing(({ name }) => ({ name: `${files++}-${name}` }))(system);
    },
  },
  {
    mistake: "gives an empty file for one that is gone",
    breaks: ["attachment-missing: errors"],
    source: filing((right) => ({
      open: (signal) =>
        right.open(signal).catch((error: unknown) => {
          if (!isMissing(error)) throw error;
          return { content: chunksOf(Buffer.alloc(0), signal) };
        }),
    })),
  },
  {
    mistake: "calls a file that is gone an outage",
    breaks: ["attachment-missing"],
    source: filing((right) => ({
      open: (signal) =>
        right.open(signal).catch((cause: unknown) => {
          if (!isMissing(cause)) throw cause;
          throw new PortmanteauError("SOURCE_UNAVAILABLE", "There is no file.", { retryable: true, cause });
        }),
    })),
  },
  {
    mistake: "cuts its files after the first chunk",
    breaks: inside,
    source: filing((right) => ({
      async open(signal) {
        const { bytes: _, ...opened } = await right.open(signal);
        const first = async function* () {
          for await (const chunk of opened.content) {
            yield chunk;
            return;
          }
        };
        return { ...opened, content: first() };
      },
    })),
  },
  {
    mistake: "opens a file once, and goes on in it",
    breaks: inside,
    source: (system) => {
      const opened = new Map<string, AsyncIterator<Uint8Array>>();
      return filing((right, note) => ({
        async open(signal) {
          const rest = await right.open(signal);
          const chunks = opened.get(fileKey(note)) ?? rest.content[Symbol.asyncIterator]();
          opened.set(fileKey(note), chunks);
          return { ...rest, content: { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) } };
        },
      }))(system);
    },
  },
  {
    mistake: "says the size that the database remembers",
    breaks: ["attachment-bytes"],
    source: opening(({ bytes = 0 }) => ({ bytes: bytes + 1 })),
  },
  {
    mistake: "says a file extension for a media type",
    breaks: ["attachment-bytes"],
    source: opening(() => ({ mediaType: ".txt" })),
  },
  {
    mistake: "opens the file of whoever was read last",
    breaks: ["attachment-subject"],
    source: (system) => {
      let latest = "";
      return filing((_right, note, _system, { subject }) => {
        latest = subject.id;
        return {
          async open(signal) {
            const theirs = [...system.files.keys()].find((key) => key.startsWith(`${latest}/`));
            return openFile(system, note.owner === latest ? fileKey(note) : (theirs ?? ""), signal);
          },
        };
      })(system);
    },
  },
  {
    mistake: "goes on with a file after an abort",
    breaks: ["attachment-abort"],
    source: filing((right) => ({ open: () => right.open(new AbortController().signal) })),
  },
  {
    mistake: "takes an abort inside a file for a failure",
    breaks: ["attachment-abort"],
    source: opening(({ content }, signal) => ({
      content: (async function* () {
        for await (const chunk of content) {
          yield chunk;
          if (signal.aborted) throw new TypeError("undefined is no chunk");
        }
      })(),
    })),
  },
  {
    mistake: "closes a file only when it was read",
    breaks: ["attachment-abort", "attachment-closes"],
    source: opening(({ content, close }) => ({
      content: (async function* () {
        yield* content;
        await close?.();
      })(),
      close: async () => undefined,
    })),
  },
  {
    mistake: "opens a file before anybody asks, and leaves it",
    breaks: ["attachment-abort", "attachment-closes"],
    source: filing((right) => ({
      async open(signal) {
        await right.open(signal);
        return right.open(signal);
      },
    })),
  },
];
