import type { Attachment, OpenAttachment } from "../../src/model/attachment.ts";
import { PortmanteauError } from "../../src/model/errors.ts";
import type { Page, ReadContext, Source } from "../../src/model/source.ts";
import { fileKey, type Note, type NotesSystem, notesSource, readNotes } from "./notes-system.ts";

const chunkBytes = 64 * 1024;

/** The right source, with the files of the notes. */
export function filesSource(
  system: NotesSystem,
  fileOf: (system: NotesSystem, note: Note, context: ReadContext) => Attachment = noteFile,
): Source<Note> {
  const source = notesSource(system);
  return {
    ...source,
    capabilities: { ...source.capabilities, attachments: true },
    async *read(context): AsyncGenerator<Page<Note>> {
      for await (const page of readNotes(system, context))
        yield {
          ...page,
          attachments: page.records.map((note) => (hasFile(note) ? fileOf(system, note, context) : null)),
        };
    },
  };
}

/** What the database says of a note, whatever the store holds. */
export function hasFile({ key }: Pick<Note, "key">): boolean {
  return key % 5 !== 0;
}

export function noteFile(system: NotesSystem, note: Note): Attachment {
  return { name: `2026/${note.key}.txt`, open: async (signal) => openFile(system, fileKey(note), signal) };
}

/** Opens a file of the store; it is open until its close. */
export async function openFile(system: NotesSystem, key: string, signal: AbortSignal): Promise<OpenAttachment> {
  signal.throwIfAborted();
  const stored = system.files.get(key);
  if (stored === undefined) throw new PortmanteauError("SOURCE_FAILED", "The file is not in the store any more.");
  system.openFiles++;
  return {
    bytes: stored.length,
    mediaType: "text/plain",
    content: chunksOf(stored, signal),
    close: () => {
      system.openFiles--;
    },
  };
}

export async function* chunksOf(stored: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < stored.length; at += chunkBytes) {
    signal.throwIfAborted();
    yield stored.slice(at, at + chunkBytes);
  }
}
