import { defineConfig } from "portmanteau";
import { openDatabase } from "./database.ts";
import { vekoraExporter } from "./exporter.ts";

const database = await openDatabase();

/** What the command line tool reads: `npx portmanteau export --config examples/vekora/portmanteau.config.ts …`. */
export default defineConfig({ exporter: vekoraExporter(database), close: database.close });
