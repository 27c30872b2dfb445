import type { Exporter } from "portmanteau";
import { type CoverageFinding, checkCoverage, type Decision, postgresCatalogue } from "portmanteau/coverage";
import type { PostgresConnections } from "portmanteau/sources/postgres";

const decisions: Decision[] = [
  { table: "audit_log", excluded: "What our staff did; it names no customer.", by: "dpo@acme.example" },
  { table: "tickets", columns: ["search"], excluded: "An index of what is given." },
  { table: "avatars", columns: ["image"], dataset: "profile" }, // given by way of something the database does not see
];

/** For a test of yours: `expect(await unaccounted(exporter, pool)).toEqual([])`. */
export async function unaccounted(exporter: Exporter, pool: PostgresConnections): Promise<readonly CoverageFinding[]> {
  const { findings } = await checkCoverage(exporter, [{ catalogue: postgresCatalogue({ pool }), decisions }]);
  return findings;
}
