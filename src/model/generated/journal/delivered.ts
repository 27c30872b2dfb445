// Generated from schemas/journal/v1/delivered.schema.json by "npm run generate". Do not edit.

/**
 * The last delivery of a request.
 */
export interface Delivered {
  /**
   * Which beginning of the request it belongs to: 32 random digits. A document of an earlier one counts no more.
   */
  generation: string;
  /**
   * When.
   */
  at: string;
  /**
   * SHA-256 of the zip; of the last one when there are several.
   */
  sha256: string;
  /**
   * As its manifest says.
   */
  completeness: "complete" | "partial";
}
