// Generated from schemas/records/cookie-preference.schema.json by "npm run generate". Do not edit.

/**
 * A choice you made about one kind of cookie.
 */
export interface CookiePreference {
  /**
   * The key we gave to this cookie preference.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * The kind of cookie that the choice is about.
   */
  category: "necessary" | "preferences" | "statistics" | "marketing";
  /**
   * Whether you allowed this kind of cookie.
   */
  granted: boolean;
  /**
   * When you made the choice.
   */
  chosenAt: string;
  /**
   * When we ask you again, if we do.
   */
  expiresAt: string | null;
  /**
   * The version of the cookie policy that was shown to you.
   */
  policyVersion: string;
  /**
   * The key in the cookie that remembers the choice in your browser, if there is one.
   */
  cookieId: string | null;
}
