// Generated from schemas/records/stored-file.schema.json by "npm run generate". Do not edit.

/**
 * A file that you stored with us.
 */
export interface StoredFile {
  /**
   * The key of your account, which this file belongs to.
   */
  accountId: string;
  /**
   * When the file was last changed, if that is known.
   */
  modifiedAt: string | null;
  /**
   * The file itself, which lies beside these records.
   */
  file: {
    /**
     * Where the file lies in this folder, or nothing when it could not be read.
     */
    path: string | null;
    /**
     * What the file was called where it was stored.
     */
    name: string;
    /**
     * What kind of file it is, as its media type.
     */
    mediaType: string | null;
    /**
     * How large it is, in bytes.
     */
    bytes: number | null;
    /**
     * The SHA-256 of its content, to see whether it was changed.
     */
    sha256: string | null;
    /**
     * Why the file could not be read, or nothing when it could.
     */
    problem: string | null;
  };
}
