import type { Exporter, ExportReport, ExportRequest } from "portmanteau";
import { httpDelivery } from "portmanteau/deliveries/http";
import { localSpool } from "portmanteau/spools/local";

/** Answers a request by a `PUT` to a URL that `sign` makes, in the moment it is used: such URLs expire. */
export async function exportToUrl(
  exporter: Exporter,
  request: ExportRequest,
  sign: (bundle: { readonly bytes: number; readonly sha256: string }) => Promise<string>,
): Promise<ExportReport> {
  return exporter.export(request, { to: httpDelivery({ url: sign, spool: localSpool() }) });
}
