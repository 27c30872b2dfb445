import type { Exporter, ExportReport, ExportRequest } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { ageEnvelope } from "portmanteau/envelopes/age";

/** Answers a request with a file that the holders of these keys can open, and nobody else. */
export async function exportEncrypted(
  exporter: Exporter,
  request: ExportRequest,
  recipients: readonly string[], // age1…, or ageEnvelope({ passphrase })
): Promise<ExportReport> {
  const encrypt = ageEnvelope({ recipients }); // refuses a mistyped recipient here, before anything is read
  return exporter.export(request, { to: fileDelivery("bundle.zip.age"), encrypt });
}
