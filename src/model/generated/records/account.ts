// Generated from schemas/records/account.schema.json by "npm run generate". Do not edit.

/**
 * Your account: who you are to us, how you set it up and when you used it.
 */
export interface Account {
  /**
   * The key of your account, which every other record about you points to.
   */
  accountId: string;
  /**
   * The email address you sign in with and where we write to you.
   */
  email: string;
  /**
   * Whether you have confirmed that the email address is yours.
   */
  emailVerified: boolean;
  /**
   * The name you gave us.
   */
  name: string;
  /**
   * The organization you said you belong to, if any.
   */
  organizationName: string | null;
  /**
   * The language you chose for our pages and emails, as a BCP 47 tag.
   */
  locale: string;
  /**
   * The time zone you chose for dates and times, by its IANA name.
   */
  timezone: string;
  /**
   * Whether your account is in use, suspended or closed.
   */
  status: "active" | "suspended" | "closed";
  /**
   * When you created your account.
   */
  createdAt: string;
  /**
   * When you last signed in, if you ever have.
   */
  lastSignInAt: string | null;
  /**
   * The kinds of email you agreed to get from us beyond what the service needs.
   */
  marketing: {
    /**
     * Whether you asked for our newsletter.
     */
    newsletter: boolean;
    /**
     * Whether you asked for news about the product.
     */
    productUpdates: boolean;
  };
  /**
   * How likely misuse of your account seems to us, from 0 to 1, worked out from how the account is used.
   */
  riskScore?: number;
}
