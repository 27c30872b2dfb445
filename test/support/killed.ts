import { defineDataset, type Source } from "../../src/index.ts";

/** For a child process without the test runner. */
export const request = { id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77", type: "access", subject: { id: "u1" } } as const;

export function noteDataset(source: Source) {
  return defineDataset({
    name: "notes",
    title: "Notes",
    schema: {
      type: "object",
      additionalProperties: false,
      required: ["id", "text"],
      properties: { id: { type: "integer" }, text: { type: "string" } },
    },
    subjectField: "/owner",
    privacy: {
      category: "notes",
      purposes: ["dpv:ServiceProvision"],
      legalBasis: "eu-gdpr:A6-1-b",
      origin: "provided",
      retention: { duration: "P1Y" },
    },
    source,
  });
}
