export type { DrpRequest, FromDrpOptions, ReadDrp, ToDrpOptions } from "./drp.ts";
export { fromDrp, toDrp } from "./drp.ts";
export type { DrpStatus, DrpStatusName, DrpStatusOptions } from "./drp-status.ts";
export { drpStatus, drpStatusOf } from "./drp-status.ts";
export type { DueDates, DueOptions } from "./due.ts";
export { dueAtOf, dueDates, dueIn, isOverdue, knownRegulations, priorityOf, workingDays } from "./due.ts";
export type { EventLog, LoggedExportEvent, LogHead, LogLine } from "./event-log.ts";
export { emptyLog, eventLog } from "./event-log.ts";
export type { FileEventLog } from "./log-file.ts";
export { fileEventLog, repairEventLog } from "./log-file.ts";
export type {
  OpenDsrIdentity,
  OpenDsrRequest,
  OpenDsrStatus,
  OpenDsrStatusName,
  OpenDsrStatusOptions,
  OpenDsrVersion,
  ReadOpenDsr,
  ToOpenDsrOptions,
} from "./opendsr.ts";
export { fromOpenDsr, openDsrReceipt, openDsrStatus, openDsrStatuses, toOpenDsr } from "./opendsr.ts";
export type { HistoryEntry, ReceiveOptions, RequestRecord } from "./record.ts";
export { receiveRequest, replay, requestRecord } from "./record.ts";
export type { TransitionOptions, TransitionResult } from "./transition.ts";
export { deliveredEvent, failedEvent, stepsOf, transition } from "./transition.ts";
export type { RequestState, Transition, WorkflowEvent, WorkflowEventType } from "./transitions.ts";
export { isOpen, isTerminal, transitions } from "./transitions.ts";
export type { LogFinding, LogFindingCode, LogVerification, VerifyLogOptions } from "./verify-log.ts";
export { logFindingCodes, readEventLog, replayEventLog, verifyEventLog } from "./verify-log.ts";
