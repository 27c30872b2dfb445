/** What a system answers when it is asked who somebody is: nothing when it does not know them, a list when it knows several. */
export type IdentityAnswer = string | readonly string[] | null | undefined;

/**
 * One way from one kind of identity to another: how a system's own key for the subject is found.
 *
 * @example
 * ```ts
 * const customerByEmail: IdentityResolver = {
 *   from: "email",
 *   to: "customer_id",
 *   resolve: async ({ value }) => (await pool.query("select id from customers where email = $1", [value])).rows.map(({ id }) => id),
 * };
 * ```
 */
export interface IdentityResolver {
  /** The kind that is known, an `identity_type` of the request or another resolver's `to`. Default: the request's `subject.id`. */
  readonly from?: string;
  /** The kind that is found. Datasets ask for it as their `identity`. */
  readonly to: string;
  /**
   * Gives all that match, and not just one of them: two different answers end the export, for one of them is somebody else. What it throws
   * is retried as a source's errors are.
   */
  resolve(context: IdentityContext): IdentityAnswer | Promise<IdentityAnswer>;
}

/** What a resolver is given. */
export interface IdentityContext {
  /** The identity to start from. */
  readonly value: string;
  /** How the value is written, as the request says: `"raw"`, `"sha256"`, … */
  readonly format: string;
  /** Aborted when the answer is no longer wanted. */
  readonly signal: AbortSignal;
}
