/** A binary file that belongs to the subject. It comes with a record, which says what the file is. */
export interface Attachment {
  /**
   * The file's name as the subject knows it, whatever it holds: folders may be part of it, divided by `/`. The bundle makes a safe name of
   * it and keeps this one beside it.
   */
  readonly name: string;
  /**
   * Opens the content at its beginning; called again when reading it broke off. The signal is aborted when the content is not wanted any
   * more. What it throws is an error of the source: a `retryable` one is tried again, any other says that this file cannot be had.
   */
  open(signal: AbortSignal): Promise<OpenAttachment>;
}

/** The content of a file, as it was when it was opened. */
export interface OpenAttachment {
  /** Read to its end, or left early. A chunk is not looked at any more once the next one is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Size in bytes, when it is known: a content that is shorter or longer is an error. */
  readonly bytes?: number;
  /** Media type, when it is known. Default `"application/octet-stream"`. */
  readonly mediaType?: string;
  /** Lets go of what was opened. Called once, on every path, also when the content was never read. */
  close?(): Promise<void> | void;
}

/**
 * What the bundle says of a file, in the property `file` of its record. The source leaves that property alone: it is filled in when the
 * content is in the bundle, with those of these facts that the record schema names.
 */
export interface AttachmentFacts {
  /** Where the content stands in the bundle, `null` when it could not be read. Files with the same content share one path. */
  readonly path: string | null;
  /** The name that the source gave. */
  readonly name: string;
  /** Media type. */
  readonly mediaType: string | null;
  /** Size in bytes. */
  readonly bytes: number | null;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string | null;
  /** Code of the error when the content could not be read, or else `null`. */
  readonly problem: string | null;
}
