import type { ExportRequest } from "./request.ts";

/** A language of the page in the bundle, as a BCP 47 tag. */
export type Locale = NonNullable<ExportRequest["locale"]>;

/** The languages of the page, the default first. */
export const locales = ["en", "de", "fr", "es", "it"] as const satisfies readonly Locale[];
