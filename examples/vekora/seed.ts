import { accounts, customerDatabases, deployments, memberships } from "./seed/accounts.ts";
import { billingProfiles, invoicesAndLines, paymentMethods } from "./seed/billing.ts";
import { consents, cookiePreferences } from "./seed/choices.ts";
import { agents, organizations } from "./seed/people.ts";
import { createRandom } from "./seed/random.ts";
import type { Row } from "./seed/row.ts";
import { ticketsAndMessages } from "./seed/support.ts";
import { apiRequestLog, sessions } from "./seed/usage.ts";

export { hostileTexts } from "./seed/hostile-text.ts";
export {
  agentIds,
  agentNames,
  mainSubject,
  mainSubjectEmail,
  newSubject,
  otherSubjectMarkers,
  otherSubjects,
} from "./seed/people.ts";
export { customerDataMarkers, seededSecrets } from "./seed/secrets.ts";

export interface SeedOptions {
  /** Rows of the usage log, of which the main subject has two thirds. Default 36,000. */
  readonly apiRequests?: number;
}

/** Runs one statement: `pool.query` of pg and `database.query` of PGlite both fit. */
export type Query = (sql: string, values?: unknown[]) => Promise<unknown>;

const batchRows = 4_000;

/**
 * Fills the tables of `schema.sql`. The same options give the same rows, and the rows of all people lie interleaved, as they do where
 * many people use a service at once.
 */
export async function seed(query: Query, { apiRequests = 36_000 }: SeedOptions = {}): Promise<void> {
  const random = createRandom(0x5eed);
  const insert = async (table: string, rows: readonly Row[]): Promise<void> => {
    for (let start = 0; start < rows.length; start += batchRows) {
      await query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`, [
        JSON.stringify(rows.slice(start, start + batchRows)),
      ]);
    }
  };

  await insert("accounts", accounts);
  await insert("organizations", organizations);
  await insert("memberships", memberships);
  await insert("billing_profiles", billingProfiles);
  await insert("payment_methods", paymentMethods);
  const { invoices, lines } = invoicesAndLines(random);
  await insert("invoices", invoices);
  await insert("invoice_lines", lines);
  await insert("agents", agents);
  const { tickets, messages } = ticketsAndMessages(random);
  await insert("support_tickets", tickets);
  await insert("support_messages", messages);
  await insert("sessions", sessions(random));
  await insert("cookie_preferences", cookiePreferences(random));
  await insert("consents", consents());
  await insert("deployments", deployments);
  await insert("customer_databases", customerDatabases);
  await insert("api_requests", apiRequestLog(random, apiRequests));
  // The keys above were chosen here; the column's own counter must not give one of them again.
  await query("select setval(pg_get_serial_sequence('api_requests', 'id'), (select max(id) from api_requests))");
  // The planner knows nothing of rows that just came; it would sort where it can walk an index.
  await query("analyze");
}
