// Generated from schemas/bundle/v1/report.schema.json by "npm run generate". Do not edit.

/**
 * What an export did. It holds no personal data: it may be filed and logged.
 */
export interface Report {
  /**
   * Names the format.
   */
  format: "portmanteau-report";
  /**
   * Version of the format.
   */
  formatVersion: 1;
  /**
   * Id of the request.
   */
  requestId: string;
  /**
   * access: everything held (GDPR 15). portability: what the person may carry elsewhere (GDPR 20).
   */
  requestType: "access" | "portability";
  /**
   * Id of the bundle.
   */
  bundleId: string;
  /**
   * delivered: a finished bundle stands at the destination. failed, aborted: nothing does.
   */
  status: "delivered" | "failed" | "aborted";
  /**
   * Of the delivered bundle; null when there is none.
   */
  completeness: "complete" | "partial" | null;
  /**
   * As in the manifest; null when there is no bundle.
   */
  consistency: "snapshot" | "per-dataset" | "none" | null;
  /**
   * When the export began.
   */
  startedAt: string;
  /**
   * How long it took, in milliseconds.
   */
  durationMs: number;
  /**
   * The zip of the delivered bundle, or the set of zips, before any envelope; null when there is none.
   */
  bundle: {
    /**
     * Size of the zip in bytes; of all zips together when there are several.
     */
    bytes: number;
    /**
     * SHA-256 of the zip; of the last one when there are several. Each names the digest of the one before it.
     */
    sha256: string;
    /**
     * Number of entries, of all zips together.
     */
    entries: number;
    /**
     * Number of zips.
     */
    parts: number;
    /**
     * What stands at the destination when the zips were encrypted; null when they themselves do.
     */
    envelope: {
      /**
       * Format, as the envelope calls it.
       */
      name: string;
      /**
       * What each zip became, in the order of the parts.
       *
       * Items: A sealed zip.
       */
      files: {
        /**
         * Size of the sealed zip in bytes.
         */
        bytes: number;
        /**
         * SHA-256 of the sealed zip.
         */
        sha256: string;
      }[];
    } | null;
  } | null;
  /**
   * Every dataset that was considered.
   *
   * Items: How one dataset ended.
   */
  datasets: {
    /**
     * Name.
     */
    name: string;
    /**
     * How it ended; null when the export stopped before it did.
     */
    outcome: ("complete" | "empty" | "partial" | "failed" | "excluded" | "notApplicable") | null;
    /**
     * Why the outcome is not complete or empty.
     */
    reason: string | null;
    /**
     * Code of the error that ended it.
     */
    error: string | null;
    /**
     * How many records there were, each counted once.
     */
    records: {
      /**
       * Records that the source gave.
       */
      read: number;
      /**
       * Records in the JSON and the CSV file.
       */
      written: number;
      /**
       * Records that did not match the schema; they stand in the quarantine file with the reasons.
       */
      quarantined: number;
      /**
       * Records that the source counted on its own, null when it cannot count.
       */
      expected: number | null;
    };
    /**
     * Fields dropped, by pointer.
     */
    droppedFields: {
      [k: string]: number;
    };
    /**
     * Fields replaced, by pointer.
     */
    redactions: {
      [k: string]: number;
    };
    /**
     * How often reading was taken up again.
     */
    retries: number;
    /**
     * How long collecting took, in milliseconds.
     */
    durationMs: number;
    /**
     * Data files written. Attachments are named in the manifest alone: what a file is called may tell of a person.
     *
     * Items: A file.
     */
    files: {
      /**
       * Path inside the bundle.
       */
      path: string;
      /**
       * Number of the zip that it is in; present when there are several.
       */
      part?: number;
      /**
       * Size.
       */
      bytes: number;
      /**
       * Size inside the zip.
       */
      compressedBytes: number;
      /**
       * SHA-256 of the bytes.
       */
      sha256: string;
    }[];
  }[];
  /**
   * What a person should look at.
   *
   * Items: One finding.
   */
  findings: {
    /**
     * Stable code.
     */
    code:
      | "FIELDS_DROPPED"
      | "RECORDS_QUARANTINED"
      | "COUNT_MISMATCH"
      | "FILES_MISSING"
      | "READ_RESUMED"
      | "READ_RESTARTED"
      | "PART_RESTARTED"
      | "OBSERVER_FAILED"
      | "CLOSE_TIMED_OUT"
      | "CLEANUP_FAILED";
    /**
     * Name of the dataset, when it concerns one.
     */
    dataset: string | null;
    /**
     * What happened, in plain words, without values.
     */
    message: string;
  }[];
}
