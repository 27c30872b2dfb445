import type { Rule } from "../rule.ts";
import type { SourceFixture } from "../source-fixture.ts";
import type { SourceTrial } from "../source-trial.ts";
import { abortRules } from "./abort.ts";
import { attachmentRules } from "./attachments.ts";
import { closingRules } from "./closing.ts";
import { contentRules } from "./contents.ts";
import { countRules } from "./count.ts";
import { cursorRules } from "./cursor.ts";
import { errorRules } from "./errors.ts";
import { flowRules } from "./flow.ts";
import { pageRules } from "./pages.ts";
import { partitionRules } from "./partitions.ts";
import { recordRules } from "./records.ts";
import { snapshotRules } from "./snapshots.ts";
import { subjectRules } from "./subjects.ts";
import { writeRules } from "./writes.ts";

export type SourceRule = Rule<SourceFixture, SourceTrial>;

export const sourceRules: readonly SourceRule[] = [
  ...pageRules,
  ...recordRules,
  ...subjectRules,
  ...cursorRules,
  ...countRules,
  ...abortRules,
  ...closingRules,
  ...errorRules,
  ...flowRules,
  ...writeRules,
  ...partitionRules,
  ...attachmentRules,
  ...contentRules,
  ...snapshotRules,
];
