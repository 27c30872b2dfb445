import type { Locale } from "../../../model/locale.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { it } from "./it.ts";

/** The usual names of countries. Our own lists: `Intl.DisplayNames` differs from one ICU build to the next. */
export const countries: Readonly<Record<Locale, string>> = { en, de, fr, es, it };
