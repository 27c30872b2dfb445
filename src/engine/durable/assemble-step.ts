import { PortmanteauError } from "../../model/errors.ts";
import type { Receipt } from "../../model/generated/journal/receipt.ts";
import type { ExportReport, ReportFinding } from "../../model/outcome.ts";
import type { Clock } from "../../model/ports.ts";
import { runExport } from "../export.ts";
import { observed } from "../export-options.ts";
import type { ExportOptions } from "../exporter.ts";
import { buildReport, Journal } from "../journal.ts";
import { mapInLanes } from "../slots.ts";
import { receiptIn, receiptsAtOnce } from "./collect-step.ts";
import { names, putDocument } from "./documents.ts";
import { StoredParts } from "./gather.ts";
import type { StoredRequest } from "./request.ts";
import { errorOf, isReplaced, replacedError } from "./restart.ts";

/** Makes the bundle of the sealed parts and delivers it. */
export async function assembleStored(
  stored: StoredRequest,
  {
    to,
    sign,
    encrypt,
    splitBytes,
    signal,
    onEvent,
    clock,
  }: Omit<ExportOptions, "bundleId"> & { readonly clock: Clock },
): Promise<ExportReport> {
  const { begun, config, plan, vault } = stored;
  const { bundleId, createdAt, generation } = begun;
  const receipts = await sealedParts(stored);
  const journal = new Journal({ apart: true });
  journal.findings.push(...(begun.findings as ReportFinding[]));
  const emit = observed(onEvent, journal);
  const run = { to, sign, encrypt, splitBytes, signal, emit, bundleId, createdAt, journal };
  try {
    await runExport(config, plan, {
      ...run,
      gather: (collected, options) => new StoredParts(stored, receipts, collected, options),
    });
  } catch (error) {
    throw await errorOf(stored, error);
  }
  if (await isReplaced(stored)) throw replacedError();
  const report = buildReport(plan, journal, { bundleId, createdAt }, "delivered");
  await putDocument(vault, names.delivered, {
    generation,
    at: new Date(clock()).toISOString(),
    sha256: report.bundle?.sha256 ?? "",
    completeness: report.completeness ?? "partial",
  });
  return report;
}

/** The receipts of all parts, in their order. @throws {PortmanteauError} `INCOMPLETE` that names those that are not sealed */
async function sealedParts(stored: StoredRequest): Promise<readonly Receipt[]> {
  const found = await mapInLanes(stored.parts, receiptsAtOnce, (part) => receiptIn(stored, part));
  const receipts = found.filter((receipt) => receipt !== undefined);
  if (receipts.length === found.length) return receipts;
  const missing = stored.parts
    .filter((_, index) => found[index] === undefined)
    .map(({ dataset, partition }) => (partition === undefined ? dataset : `${dataset}.${partition}`));
  throw new PortmanteauError(
    "INCOMPLETE",
    `${missing.length} of ${stored.parts.length} parts are not collected: ${missing.join(", ")}. Nothing was delivered.`,
    { retryable: true },
  );
}
