import { createExporter, type Exporter } from "portmanteau";
import type { Database } from "./database.ts";
import { vekoraDatasets } from "./datasets.ts";
import { automatedDecisions, categories, complaint, controller, excluded, recipients, rights } from "./privacy.ts";

/** Vekora's exporter over one database: who answers, what is exported, what is not, and why. */
export function vekoraExporter({ pool, snapshot }: Pick<Database, "pool" | "snapshot">): Exporter {
  return createExporter({
    controller,
    recipients,
    categories,
    rights,
    complaint,
    automatedDecisions,
    datasets: vekoraDatasets(pool, { snapshot }),
    excluded,
    // The policy promises everybody a copy to take along, usage logs included: more than GDPR 20 asks for.
    portabilityScope: "all-but-derived",
    previewRecords: 20,
  });
}
