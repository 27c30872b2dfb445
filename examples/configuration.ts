import { defineConfig } from "portmanteau";
import { exporter } from "./first-bundle.ts";

export default defineConfig({ exporter });
