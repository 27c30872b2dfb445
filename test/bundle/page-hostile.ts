import type { Manifest } from "../../src/model/generated/manifest.ts";

/** Texts that would do harm, or look wrong, on a page that trusts its values. Each tries to set `window.ran` or to ask for `evil.example`. */
export const hostile = {
  script: "</style></title><script>window.ran=1</script>",
  attribute: '"><img src=https://evil.example/x.png onerror="window.ran=1">',
  quote: "' onmouseover='window.ran=1",
  svg: "<svg/onload=window.ran=1>",
  url: "javascript:window.ran=1",
  entity: "&lt;b&gt; &amp; &#60;",
  comment: "--><!--]]>",
  template: ["$", "{window.ran=1}"].join(""),
  style: "}*{background:url(https://evil.example/y.png)}",
  override: "invoice\u202Efdp.exe",
  unclosed: "\u2067\u202Aאבג",
  control: "a\0b\u0007c\u009Bd",
  surrogate: "lone \uD800 half",
  unbroken: "x".repeat(3_000),
  rightToLeft: "שלום עולם — مرحبا بالعالم 123",
  emoji: "👩‍👩‍👧‍👦 🇪🇺 ✅",
  lines: "one\ntwo\r\nthree\rfour\tfive\n".repeat(40),
} as const;

/** The same manifest with every text that is not checked by a pattern replaced by a hostile one. */
export function spoiled(facts: Manifest): Manifest {
  const texts = Object.values(hostile);
  let next = 0;
  const keep =
    /^(?:format|bundleId|createdAt|receivedAt|dueAt|until|from|to|outcome|origin|reason|type|completeness|consistency|duration|country|sha256|name|dataset|category|pointer)$/;
  const spoil = (value: unknown, key: string, above: string): unknown => {
    if (typeof value === "string") {
      const name = key === "name" && above !== "datasets";
      return (keep.test(key) && !name) || (key === "id" && above === "request") ? value : texts[next++ % texts.length];
    }
    if (Array.isArray(value)) return value.map((entry) => spoil(entry, key, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([inner, held]) => [inner, spoil(held, inner, key)]));
  };
  return spoil(facts, "", "") as Manifest;
}
