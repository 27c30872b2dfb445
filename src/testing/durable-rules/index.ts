import type { DurableRule } from "./asking.ts";
import { failureRules } from "./failures.ts";
import { objectRules } from "./objects.ts";
import { pathRules } from "./paths.ts";
import { togetherRules } from "./together.ts";

export const durableRules: readonly DurableRule[] = [...objectRules, ...pathRules, ...togetherRules, ...failureRules];
