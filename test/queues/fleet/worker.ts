/** A worker of a fleet, as a process of its own: node jiti worker.ts '{"folder":…}'. It writes its events as lines of JSON. */
import { fileDelivery } from "../../../src/deliveries/file/index.ts";
import { bundleAt, fleetExporter } from "./exporter.ts";
import { type FleetServer, openQueue } from "./queue.ts";

export interface FleetTask {
  readonly server: FleetServer;
  readonly name: string;
  readonly folder: string;
}

const { server, name, folder } = JSON.parse(process.argv[2] ?? "") as FleetTask;
const { queue } = await openQueue(server, name, fleetExporter(folder));
await queue.work({
  deliver: ({ requestId }) => ({ to: fileDelivery(bundleAt(folder, requestId)) }),
  concurrency: 2,
  onEvent: (event) => {
    if (event.type !== "page") process.stdout.write(`${JSON.stringify(event)}\n`);
  },
});
process.stdout.write('{"type":"ready"}\n');
