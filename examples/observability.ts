import type { Exporter, ExportReport, ExportRequest } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { type Logger, logEvents } from "portmanteau/logging";
import { openTelemetry } from "portmanteau/opentelemetry";

/** Made once, when the process starts and its OpenTelemetry SDK is set up. The logger is pino, or speaks like it. */
export function watchedExports(exporter: Exporter, logger: Logger) {
  const [log, telemetry] = [logEvents(logger), openTelemetry()];
  return (request: ExportRequest): Promise<ExportReport> =>
    exporter.export(request, {
      to: fileDelivery(`${request.id}.zip`),
      onEvent(event) {
        log(event);
        telemetry(event);
      },
    });
}
