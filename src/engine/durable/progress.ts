import type { RequestProgress } from "../../model/durable.ts";
import { mapInLanes } from "../slots.ts";
import { begunRequest } from "./begin.ts";
import { receiptIn, receiptsAtOnce } from "./collect-step.ts";
import { getDocument, names } from "./documents.ts";
import { type DurableConfig, partsOf, vaultOf } from "./request.ts";

/** How far a request is; nothing when it is unknown. Whatever the configuration: it is only looked at. */
export async function progressOf(from: DurableConfig, requestId: string): Promise<RequestProgress | undefined> {
  const vault = await vaultOf(from, requestId, undefined);
  const begun = await getDocument(vault, "begun", names.begun);
  if (begun === undefined) return undefined;
  const told = begunRequest(begun);
  const parts = await mapInLanes(partsOf(begun), receiptsAtOnce, async (part) => {
    const { expected = null } = begun.datasets[part.of] ?? {};
    const facts = { ...(told.parts[part.index] as (typeof told.parts)[number]), expected };
    const receipt = await receiptIn({ vault, begun }, part);
    if (receipt !== undefined)
      return { ...facts, state: "sealed" as const, records: receipt.written + receipt.quarantined };
    const checkpoint = await getDocument(vault, "checkpoint", names.checkpoint(part.index));
    const isBegun = checkpoint?.generation === begun.generation;
    return {
      ...facts,
      state: isBegun ? ("begun" as const) : ("waiting" as const),
      records: isBegun ? checkpoint.records : 0,
    };
  });
  const delivered = await getDocument(vault, "delivered", names.delivered);
  const { at, sha256, completeness } = delivered ?? {};
  return {
    ...told,
    parts,
    delivered:
      delivered?.generation === begun.generation
        ? ({ at, sha256, completeness } as NonNullable<RequestProgress["delivered"]>)
        : null,
  };
}
