export type { ZipInput } from "./archive/random-access.ts";
export type { ZipEntry, ZipLimits } from "./archive/zip-reader.ts";
export type { Finding, FindingCode } from "./bundle/findings.ts";
export { findingCodes } from "./bundle/findings.ts";
export type { PublicKeyInput, Signer } from "./bundle/keys.ts";
export { ed25519Signer, minisignPublicKey } from "./bundle/keys.ts";
export type { OpenBundle, OpenDataset, OpenFile } from "./bundle/open-bundle.ts";
export { openBundle } from "./bundle/open-bundle.ts";
export type { ReadLimits } from "./bundle/read-entry.ts";
export type { Verification, VerifyOptions, VerifySummary } from "./bundle/verify.ts";
export { verifyBundle } from "./bundle/verify.ts";
export type { CliConfig } from "./cli/config.ts";
export { defineConfig } from "./cli/config.ts";
export type { ColumnType, CsvOptions } from "./codec/columns.ts";
export { createExporter } from "./create-exporter.ts";
export type { ExporterConfig, RetryOptions } from "./engine/config.ts";
export type { Destination } from "./engine/destination.ts";
export type { AssembleOptions, DurableExporter } from "./engine/durable/exporter.ts";
export type { CheckResult, Exporter, ExportOptions } from "./engine/exporter.ts";
export type { ExportPlan } from "./engine/plan.ts";
export type { Attachment, AttachmentFacts, OpenAttachment } from "./model/attachment.ts";
export type { Branding } from "./model/branding.ts";
export type {
  AutomatedDecision,
  Category,
  Complaint,
  Controller,
  Exclusion,
  Recipient,
  Right,
} from "./model/controller.ts";
export type { Dataset, ForeignKey } from "./model/dataset.ts";
export { defineDataset } from "./model/dataset.ts";
export type {
  BeginOptions,
  BegunRequest,
  CollectPartOptions,
  DurableOptions,
  DurableSpool,
  DurableStepOptions,
  DurableSteps,
  PartName,
  PartReceipt,
  RequestProgress,
  RestartOptions,
  SpoolKey,
} from "./model/durable.ts";
export { maxObjectBytes } from "./model/durable.ts";
export type { EntryPath } from "./model/entry-path.ts";
export type { ErrorCode, ErrorContext, ErrorOptions } from "./model/errors.ts";
export { errorCodes, PortmanteauError } from "./model/errors.ts";
export type { ExportEvent, Operation } from "./model/events.ts";
export { gdprRights, gdprRightsIn } from "./model/gdpr-rights.ts";
export type { Manifest } from "./model/generated/manifest.ts";
export type { IdentityAnswer, IdentityContext, IdentityResolver } from "./model/identity.ts";
export type { JsonObject, JsonValue } from "./model/json.ts";
export type { Locale } from "./model/locale.ts";
export { locales } from "./model/locale.ts";
export { checkObject, checkObjectPrefix } from "./model/object-path.ts";
export type { ExportReport, Outcome, RecordCounts, ReportFinding } from "./model/outcome.ts";
export { isWhole } from "./model/outcome.ts";
export type {
  Clock,
  Delivery,
  DeliveryPart,
  DeliveryWriter,
  Envelope,
  RandomAccess,
  Spool,
  Spooled,
  SpoolWriter,
} from "./model/ports.ts";
export type { DatasetPrivacy, FieldPrivacy, Origin, PortabilityScope } from "./model/privacy.ts";
export { isPortableBasis, notPortable } from "./model/privacy.ts";
export type { RecordSchema } from "./model/record-schema.ts";
export type { ExportRequest, RequestType, Subject } from "./model/request.ts";
export { oneMonthAfter } from "./model/request.ts";
export type {
  Cursor,
  OpenSnapshot,
  Page,
  Partition,
  ReadContext,
  Snapshot,
  Source,
  SourceCapabilities,
  SourceSubject,
} from "./model/source.ts";
