// Generated from schemas/records/consent.schema.json by "npm run generate". Do not edit.

/**
 * Something we asked your permission for, and your answer.
 */
export interface Consent {
  /**
   * The key we gave to this consent.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * What we asked your permission for.
   */
  purpose: string;
  /**
   * Whether you agreed.
   */
  granted: boolean;
  /**
   * When you gave your answer.
   */
  givenAt: string;
  /**
   * When you took your agreement back, if you have.
   */
  withdrawnAt: string | null;
  /**
   * The version of the text that was shown to you.
   */
  textVersion: string;
  /**
   * Where or how you gave your answer, such as the sign-up form.
   */
  method: string;
}
