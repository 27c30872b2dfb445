import { createExporter, defineDataset, openBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { storedFileSchema } from "portmanteau/records";
import { directorySource } from "portmanteau/sources/directory";

/** Answers a request with the files of one person, each in a folder of its owner's id below `root`. */
export async function exportFiles(root: string, id: string): Promise<void> {
  const exporter = createExporter({
    controller: { name: "Acme Cloud", contact: "privacy@acme.example" },
    datasets: [
      defineDataset({
        name: "uploads",
        title: "Your uploads",
        schema: storedFileSchema,
        subjectField: "/accountId",
        privacy: {
          category: "uploads",
          purposes: ["dpv:ServiceProvision"],
          legalBasis: "eu-gdpr:A6-1-b",
          origin: "provided",
          retention: { criteria: "until you delete them" },
        },
        source: directorySource({ root }), // or s3Source({ client: new S3({}), bucket, prefix: ({ id }) => `users/${id}/` })
      }),
    ],
  });
  const request = { id: "5e0b9b0c-3a52-4b7e-9a36-0a2f3c9d1e13", type: "portability", subject: { id } } as const;
  await exporter.export(request, { to: fileDelivery("uploads.zip") });

  const bundle = await openBundle("uploads.zip"); // as another service imports it
  for (const { path, originalName, bytes } of bundle.dataset("uploads").files()) console.log(path, originalName, bytes);
  bundle.close();
}
