// Generated from schemas/records/support-message.schema.json by "npm run generate". Do not edit.

/**
 * One message on a support ticket, from you or from our support team.
 */
export interface SupportMessage {
  /**
   * The key we gave to this support message.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * The key of the support ticket that the message belongs to.
   */
  ticketId: string;
  /**
   * Whether you wrote the message (customer) or our support team did (agent).
   */
  authorRole: "customer" | "agent";
  /**
   * The name of the agent who wrote the message, left out because it is another person's name.
   */
  agentName: "[redacted]" | null;
  /**
   * The agent who wrote the message, under a stand-in key because the agent is another person.
   */
  agentId: string | null;
  /**
   * The text of the message.
   */
  body: string;
  /**
   * When the message was sent.
   */
  sentAt: string;
  /**
   * How many files came with the message.
   */
  attachmentsCount?: number;
}
