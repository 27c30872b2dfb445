import { pointerKeys } from "../../model/json.ts";

const acronyms = new Map(["id", "ip", "url", "vat", "iban", "api"].map((word) => [word, word.toUpperCase()]));

/** A name that a program gave, as words: `unitPrice` → `Unit price`, `ip_address` → `IP address`. Other texts stay as they are. */
export function nameWords(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) return name;
  const words = name.replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, "$1$3 $2$4").split(/[\s_]+/);
  const text = words
    .map((word) => (/^[A-Z0-9]{2,}s?$/.test(word) ? word : (acronyms.get(word.toLowerCase()) ?? word.toLowerCase())))
    .join(" ")
    .trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * `/billingAddress/postalCode` → `Billing address › Postal code`; `*`, which stands for every element, says nothing.
 *
 * @param whole what the pointer to all of it says
 */
export function pointerWords(pointer: string, whole: string): string {
  const keys = (pointerKeys(pointer) ?? [pointer]).filter((key) => key !== "*");
  return keys.length === 0 ? whole : keys.map(nameWords).join(" › ");
}
