import type { Decision } from "portmanteau/coverage";

const by = "privacy@vekora.example";
const customerData = "Customer Data: what customers host here. Vekora is its processor, and every bundle says so.";

/** What no dataset gives, and why: `portmanteau coverage` fails for whatever else there is. */
export const decisions: Decision[] = [
  { table: "agents", excluded: "Vekora's own staff. A customer's bundle has their names replaced.", by },
  { table: "customer_databases", excluded: customerData, by },
  { table: "deployments", excluded: customerData, by },
  {
    table: "invoice_lines",
    columns: ["invoice_id", "position"],
    excluded: "A line stands in its invoice, in order.",
    by,
  },
  {
    table: "memberships",
    columns: ["invited_by"],
    excluded: "The key of another person, whose name a bundle has replaced.",
    by,
  },
  { table: "organizations", columns: ["id"], excluded: "Given as the organization of the membership.", by },
  {
    table: "organizations",
    columns: ["created_at"],
    excluded: "A fact of the organization, whose members change.",
    by,
  },
];
