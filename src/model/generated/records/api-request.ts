// Generated from schemas/records/api-request.schema.json by "npm run generate". Do not edit.

/**
 * One request to our platform that was made with your account.
 */
export interface ApiRequest {
  /**
   * The key we gave to this API request.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * When the request reached us.
   */
  occurredAt: string;
  /**
   * The HTTP method of the request.
   */
  method: string;
  /**
   * What the request asked for, without the query string.
   */
  path: string;
  /**
   * The HTTP status code we answered with.
   */
  status: number;
  /**
   * How long we took to answer, in milliseconds.
   */
  durationMs: number;
  /**
   * How many bytes you sent, where it is known.
   */
  requestBytes: number | null;
  /**
   * How many bytes we sent back, where it is known.
   */
  responseBytes: number | null;
  /**
   * The internet address you used for the request.
   */
  ipAddress: string;
  /**
   * What the browser or program called itself in the request, if it did.
   */
  userAgent: string | null;
  /**
   * The hosting region that answered the request, where it is known.
   */
  region: string | null;
}
