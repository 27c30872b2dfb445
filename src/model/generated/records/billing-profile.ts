// Generated from schemas/records/billing-profile.schema.json by "npm run generate". Do not edit.

/**
 * Who we send invoices to, and where.
 */
export interface BillingProfile {
  /**
   * The key we gave to this billing profile.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * The name that invoices are made out to.
   */
  name: string;
  /**
   * The organization that invoices are made out to, if any.
   */
  organizationName: string | null;
  /**
   * The email address that invoices are sent to.
   */
  email: string;
  /**
   * The postal address that goes on invoices.
   */
  address: {
    /**
     * The first line of the billing address.
     */
    line1: string;
    /**
     * The second line of the billing address, such as a floor or a suite.
     */
    line2: string | null;
    /**
     * The city or town of the billing address.
     */
    city: string;
    /**
     * The state, province or region of the billing address.
     */
    region: string | null;
    /**
     * The postal code of the billing address.
     */
    postalCode: string | null;
    /**
     * The country of the billing address, as a two-letter ISO 3166-1 code.
     */
    country: string;
  };
  /**
   * The tax or VAT registration that you gave us, if any.
   */
  taxId: string | null;
  /**
   * The currency you are billed in, as a three-letter ISO 4217 code.
   */
  currency: string;
  /**
   * When you first gave us these billing details.
   */
  createdAt: string;
  /**
   * When these billing details last changed, if they ever have.
   */
  updatedAt: string | null;
}
