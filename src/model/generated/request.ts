// Generated from schemas/bundle/v1/request.schema.json by "npm run generate". Do not edit.

/**
 * A data subject's request, as a workflow hands it over.
 */
export interface Request {
  /**
   * The request's id, a UUID; it names the request in reports, logs and events.
   */
  id: string;
  /**
   * access: everything held (GDPR 15). portability: what the person may carry elsewhere (GDPR 20).
   */
  type: "access" | "portability";
  /**
   * The data subject.
   */
  subject: {
    /**
     * The key that the controller's own records carry; absent when the request holds other identities only.
     */
    id?: string;
    /**
     * Other identities of the same person, as the request gave them.
     */
    identities?: Identity[];
  };
  /**
   * Law the request is made under; gdpr when absent.
   */
  regulation?: string;
  /**
   * Language of the page that the person reads; the exporter's own when absent.
   */
  locale?: "en" | "de" | "fr" | "es" | "it";
  /**
   * When the request arrived; the start of the export when absent.
   */
  receivedAt?: string;
  /**
   * When it must be answered; one calendar month after receivedAt when absent.
   */
  dueAt?: string;
  /**
   * GDPR 12(3): the term was extended by up to two months.
   */
  extension?: {
    /**
     * The extended due date.
     */
    until: string;
    /**
     * The reason given to the data subject.
     */
    reason: string;
  };
}
/**
 * How one system knows the subject, in OpenDSR's names.
 */
export interface Identity {
  /**
   * Kind of identity, e.g. email, phone, controller_customer_id.
   */
  identity_type: string;
  /**
   * The identity itself.
   */
  identity_value: string;
  /**
   * How the value is written: raw, sha256, …
   */
  identity_format?: string;
}
