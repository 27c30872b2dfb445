import { createExporter, defineConfig, defineDataset } from "portmanteau";
import { iterableSource } from "portmanteau/sources/iterable";

const notes = [
  { id: 1, owner: "cus_42", text: "Call back on Monday." },
  { id: 2, owner: "cus_77", text: "Moved to Lisbon." },
];

export default defineConfig({
  exporter: createExporter({
    controller: { name: "Acme Cloud", contact: "privacy@acme.example" },
    datasets: [
      defineDataset({
        name: "notes",
        title: "Notes",
        description: "What you wrote down.",
        schema: {
          type: "object",
          additionalProperties: false,
          required: ["id", "text"],
          properties: { id: { type: "integer", title: "Number" }, text: { type: "string", title: "Text" } },
        },
        subjectField: "/owner",
        privacy: {
          category: "notes",
          purposes: ["dpv:ServiceProvision"],
          legalBasis: "eu-gdpr:A6-1-b",
          origin: "provided",
          retention: { criteria: "until you delete them" },
        },
        source: iterableSource({ records: ({ subject }) => notes.filter(({ owner }) => owner === subject.id) }),
      }),
    ],
  }),
});
