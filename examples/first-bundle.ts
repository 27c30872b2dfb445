import { createExporter, defineDataset } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { iterableSource } from "portmanteau/sources/iterable";

const tickets = [
  {
    id: "t1",
    customerId: "c42",
    subject: "Cannot sign in",
    openedAt: "2026-03-01T09:12:00Z",
    internalNote: "sounds upset",
  },
  { id: "t2", customerId: "c77", subject: "Invoice?", openedAt: "2026-03-02T10:00:00Z", internalNote: "" },
];

export const exporter = createExporter({
  controller: { name: "Acme Cloud", contact: "privacy@acme.example" },
  datasets: [
    defineDataset({
      name: "tickets",
      title: "Support tickets",
      description: "What you asked our support team.",
      schema: {
        type: "object",
        additionalProperties: false,
        required: ["id", "subject", "openedAt"],
        properties: {
          id: { type: "string", title: "Number" },
          subject: { type: "string", title: "Subject", "x-privacy": { category: ["pd:Communication"] } },
          openedAt: { type: "string", format: "date-time", title: "Opened" },
        },
      },
      subjectField: "/customerId", // checked on every record: a foreign one fails the export
      privacy: {
        category: "support",
        purposes: ["dpv:CustomerSupport"],
        legalBasis: "eu-gdpr:A6-1-b",
        origin: "provided",
        retention: { duration: "P3Y", criteria: "after the ticket was closed" },
      },
      source: iterableSource({
        records: ({ subject }) => tickets.filter((ticket) => ticket.customerId === subject.id),
        count: ({ subject }) => tickets.filter((ticket) => ticket.customerId === subject.id).length,
      }),
    }),
  ],
});

export const report = await exporter.export(
  { id: "5e0b9b0c-3a52-4b7e-9a36-0a2f3c9d1e11", type: "access", subject: { id: "c42" } },
  { to: fileDelivery("bundle.zip") },
);
console.log(report.datasets[0]?.outcome, report.findings); // "complete", and that customerId and internalNote stayed behind
