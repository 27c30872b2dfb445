import { defineConfig } from "portmanteau";
import { postgresCatalogue } from "portmanteau/coverage";
import { decisions } from "./coverage.ts";
import { openDatabase } from "./database.ts";
import { vekoraExporter } from "./exporter.ts";

const database = await openDatabase();

/** What the command line tool reads: `npx portmanteau export --config examples/vekora/portmanteau.config.ts …`. */
export default defineConfig({
  exporter: vekoraExporter(database),
  coverage: [{ catalogue: postgresCatalogue({ pool: database.pool, schemas: [database.schema] }), decisions }],
  close: database.close,
});
