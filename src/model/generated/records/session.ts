// Generated from schemas/records/session.schema.json by "npm run generate". Do not edit.

/**
 * A time during which you were signed in on one device.
 */
export interface Session {
  /**
   * The key we gave to this session.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * When you signed in.
   */
  createdAt: string;
  /**
   * When the session was last used.
   */
  lastSeenAt: string;
  /**
   * When the session ends if it is not ended before.
   */
  expiresAt: string;
  /**
   * When the session ended, if it has.
   */
  endedAt: string | null;
  /**
   * The internet address you used when you signed in.
   */
  ipAddress: string;
  /**
   * What the browser or program called itself when you signed in, if it did.
   */
  userAgent: string | null;
}
