import type { Exporter, ExportRequest } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import type { EventLog, RequestRecord, WorkflowEvent } from "portmanteau/workflow";
import { deliveredEvent, failedEvent, receiveRequest, stepsOf, transition, workingDays } from "portmanteau/workflow";

/** Your store: resolves to whether it holds the record now. It takes revision 1 where it has none, and n + 1 in place of n. */
type Save = (record: RequestRecord) => Promise<boolean>;

/** Answers one request, and records what happens to it: the state in a store, the events in a log. */
export async function answer(exporter: Exporter, request: ExportRequest, save: Save, log: EventLog) {
  let record = receiveRequest(request, { at: Date.now(), nextWorkingDay: workingDays(["2026-12-25"]) });
  const saved = async () => {
    if (!(await save(record))) throw new Error("Somebody else works on this request.");
    await log.appendTransition(record);
  };
  const happened = async (event: WorkflowEvent) => {
    const { record: next, changed } = transition(record, event, { at: Date.now() });
    record = next;
    if (changed) await saved(); // what comes twice is recorded once
  };

  await saved();
  const steps: WorkflowEvent[] = [];
  const outcome = await exporter
    .export(request, { to: fileDelivery(`${request.id}.zip`), onEvent: (event) => steps.push(...stepsOf(event)) })
    .then(deliveredEvent, failedEvent);
  for (const event of [...steps, outcome]) await happened(event);
  return record;
}
