// Generated from schemas/records/invoice.schema.json by "npm run generate". Do not edit.

/**
 * An invoice we sent you, with what it was for and whether it was paid.
 */
export interface Invoice {
  /**
   * The key we gave to this invoice.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * The number printed on the invoice.
   */
  number: string;
  /**
   * Whether the invoice is to be paid, paid, cancelled or given up on.
   */
  status: "open" | "paid" | "void" | "uncollectible";
  /**
   * The currency of every amount on the invoice, as a three-letter ISO 4217 code.
   */
  currency: string;
  /**
   * What the lines come to, before tax.
   */
  subtotal: string;
  /**
   * The tax on the invoice.
   */
  tax: string;
  /**
   * What there is to pay, tax included.
   */
  total: string;
  /**
   * When the invoice was issued.
   */
  issuedAt: string;
  /**
   * When the invoice is to be paid by, if it has a due date.
   */
  dueAt: string | null;
  /**
   * When the invoice was paid, if it has been.
   */
  paidAt: string | null;
  /**
   * The postal address as it stands on the invoice.
   */
  billingAddress: {
    /**
     * The first line of the address on the invoice.
     */
    line1: string;
    /**
     * The second line of the address on the invoice, such as a floor or a suite.
     */
    line2: string | null;
    /**
     * The city or town of the address on the invoice.
     */
    city: string;
    /**
     * The state, province or region of the address on the invoice.
     */
    region: string | null;
    /**
     * The postal code of the address on the invoice.
     */
    postalCode: string | null;
    /**
     * The country of the address on the invoice, as a two-letter ISO 3166-1 code.
     */
    country: string;
  };
  /**
   * What the invoice is for, line by line.
   */
  lines: Line[];
}
/**
 * One thing that you were billed for.
 */
export interface Line {
  /**
   * What was billed.
   */
  description: string;
  /**
   * How many units were billed, as a decimal number.
   */
  quantity: string;
  /**
   * The price of one unit before tax, which may be a fraction of a cent.
   */
  unitPrice: string;
  /**
   * What the line comes to, before tax.
   */
  amount: string;
  /**
   * The days that the line covers, for something billed over time.
   */
  period?: {
    /**
     * The first day that the line covers.
     */
    from: string;
    /**
     * The last day that the line covers.
     */
    to: string;
  };
}
