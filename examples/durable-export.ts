import { createExporter, type ExporterConfig, type ExportReport, type ExportRequest } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { directorySpool } from "portmanteau/spools/directory";

/** Answers a request, however often the process dies on the way: the next call goes on after the last checkpoint. */
export async function exportDurably(
  config: ExporterConfig,
  request: ExportRequest,
  { folder, key }: { readonly folder: string; readonly key: () => Promise<Uint8Array> },
): Promise<ExportReport> {
  const exporter = createExporter({ ...config, durable: { spool: directorySpool(folder), key } });
  const report = await exporter.export(request, { to: fileDelivery(`${request.id}.zip`) });
  await exporter.purge(request.id); // or keep it for `keepMs`: the same call then delivers the same bytes again
  return report;
}
