import type { DurableExporter } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { bullmqQueue } from "portmanteau/queues/bullmq";

/** The same in the service that submits and in every worker: one exporter, whose `durable` spool and key they share. */
export function openExports(exporter: DurableExporter, connection: { readonly host: string; readonly port: number }) {
  return bullmqQueue({ exporter, connection, limits: { iterable: { concurrency: 4, perSecond: 10 } } });
}

/** One worker. `close()` gives what it is at to the others. */
export function startWorker(exports: ReturnType<typeof openExports>, folder: string) {
  return exports.work({
    deliver: ({ requestId }) => ({ to: fileDelivery(`${folder}/${requestId}.zip`) }),
    onEvent: (event) => event.type === "jobFailed" && console.error(event.requestId, event.code, event.message),
  });
}
