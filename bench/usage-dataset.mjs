import { defineDataset } from "portmanteau";
import { iterableSource } from "portmanteau/sources/iterable";
import { usageSchema } from "./usage-log.mjs";

/** A dataset of the usage log, from records in memory. */
export function usageDataset(name, records) {
  return defineDataset({
    name,
    title: "API requests",
    schema: usageSchema,
    subjectField: "/accountId",
    timeField: "/occurredAt",
    privacy: {
      category: "usage",
      purposes: ["dpv:ServiceProvision"],
      legalBasis: "eu-gdpr:A6-1-b",
      origin: "observed",
      retention: { duration: "P1Y" },
    },
    source: iterableSource(records),
  });
}
