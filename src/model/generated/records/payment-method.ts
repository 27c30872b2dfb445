// Generated from schemas/records/payment-method.schema.json by "npm run generate". Do not edit.

/**
 * A card you pay with, as far as we know it: the payment provider keeps the rest and we never hold it.
 */
export interface PaymentMethod {
  /**
   * The key we gave to this payment method.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * The company that holds the card details and takes payments for us.
   */
  provider: string;
  /**
   * The brand of the card.
   */
  brand: string;
  /**
   * The last four digits of the card, so that you can tell it from another.
   */
  lastFourDigits: string;
  /**
   * The month in which the card expires, from 1 to 12.
   */
  expiryMonth: number;
  /**
   * The year in which the card expires.
   */
  expiryYear: number;
  /**
   * Whether we charge this card unless you say otherwise.
   */
  isDefault: boolean;
  /**
   * When you added the card.
   */
  addedAt: string;
  /**
   * When you removed the card, if you have.
   */
  removedAt: string | null;
}
