// Generated from schemas/records/support-ticket.schema.json by "npm run generate". Do not edit.

/**
 * A question or a problem you brought to our support team.
 */
export interface SupportTicket {
  /**
   * The key we gave to this support ticket.
   */
  id: string;
  /**
   * The key of your account, which this record belongs to.
   */
  accountId: string;
  /**
   * What you wrote in the subject line.
   */
  subjectLine: string;
  /**
   * Whether the ticket waits for us, waits for you, is solved or is closed.
   */
  status: "open" | "pending" | "solved" | "closed";
  /**
   * How urgent the ticket is.
   */
  priority: "low" | "normal" | "high" | "urgent";
  /**
   * How you reached us.
   */
  channel: "web" | "email" | "chat" | "phone";
  /**
   * The support agent in charge, if there is one, under a stand-in key because the agent is another person.
   */
  assignedAgentId: string | null;
  /**
   * When you opened the ticket.
   */
  createdAt: string;
  /**
   * When anything on the ticket last changed.
   */
  updatedAt: string;
  /**
   * When the ticket was closed, if it has been.
   */
  closedAt: string | null;
  /**
   * How you rated our help, from 1 to 5.
   */
  satisfactionRating?: number;
}
