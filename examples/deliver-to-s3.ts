import type { S3 } from "@aws-sdk/client-s3";
import type { Exporter, ExportReport, ExportRequest } from "portmanteau";
import { s3Delivery } from "portmanteau/deliveries/s3";

/** Answers a request with an object in the bucket `exports`, named after the request. */
export async function exportToS3(exporter: Exporter, request: ExportRequest, client: S3): Promise<ExportReport> {
  const to = s3Delivery({
    client,
    bucket: "exports",
    key: `${request.id}.zip`, // the request, and not the person: keys stand in logs
    settings: { ServerSideEncryption: "AES256", StorageClass: "STANDARD_IA" },
  });
  return exporter.export(request, { to });
}
