// Generated from schemas/journal/v1/begun.schema.json by "npm run generate". Do not edit.

/**
 * A request in the journal of a durable spool: what was decided once, before anything was read.
 */
export interface Begun {
  /**
   * Id of the request.
   */
  requestId: string;
  /**
   * Which beginning of the request it belongs to: 32 random digits. A document of an earlier one counts no more.
   */
  generation: string;
  /**
   * The request as the caller gave it; see the schema of requests.
   */
  request: {
    [k: string]: unknown;
  };
  /**
   * Id of the bundle.
   */
  bundleId: string;
  /**
   * When it was begun.
   */
  createdAt: string;
  /**
   * When it was begun for the first time, where it was begun anew since: the month that the law gives is counted from then.
   */
  firstBegunAt?: string;
  /**
   * From when on it may be purged.
   */
  expiresAt: string;
  /**
   * SHA-256 of every fact of the configuration that the bytes of the bundle depend on, by pointer.
   */
  facts: {
    /**
     * Digest.
     */
    [k: string]: string;
  };
  /**
   * What was found meanwhile.
   */
  findings: Finding[];
  /**
   * In the bundle's order.
   */
  datasets: Dataset[];
}
/**
 * A finding for the report.
 */
export interface Finding {
  /**
   * Its code, as in the report's schema.
   */
  code: string;
  /**
   * Name of the dataset.
   */
  dataset: string | null;
  /**
   * In words.
   */
  message: string;
}
/**
 * What was decided of one dataset.
 */
export interface Dataset {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its source's name.
   */
  source: string;
  /**
   * What becomes of it.
   */
  decision: "collect" | "excluded" | "notApplicable";
  /**
   * Why it is not collected.
   */
  reason: string | null;
  /**
   * The rule that excludes it.
   */
  exclusion: "not-portable-basis" | "not-portable-origin" | null;
  /**
   * The key that its system knows the subject by; null when it is not collected, or was not found.
   */
  subject: string | null;
  /**
   * Why it cannot be read.
   */
  error: Error | null;
  /**
   * What its source counted.
   */
  expected: number | null;
  /**
   * The partitions of its source, each as the source gave it; none when it does not divide.
   *
   * Items: A partition.
   */
  partitions: {
    [k: string]: unknown;
  }[];
  /**
   * How often a question was asked again.
   */
  retries: number;
}
/**
 * An error of this package, without its cause.
 */
export interface Error {
  /**
   * Its code.
   */
  code: string;
  /**
   * Its message, which holds no value of a record.
   */
  message: string;
  /**
   * Whether the same may succeed later.
   */
  retryable: boolean;
}
