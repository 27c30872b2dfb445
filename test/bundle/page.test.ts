import { createHash } from "node:crypto";
import type { Manifest } from "portmanteau";
import { describe, expect, it } from "vitest";
import { documentErrors } from "../../src/bundle/documents.ts";
import { html } from "../../src/bundle/page/html.ts";
import { languageOf, pageBody, pageHead, renderPage } from "../../src/bundle/page/index.ts";
import { script } from "../../src/bundle/page/script.ts";
import { style } from "../../src/bundle/page/style.ts";
import { manifest, pageInput } from "./page-input.ts";

/** What a reader sees: the text without markup. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf("<body"));
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return body.replace(/<[^>]*>/g, "").replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? "");
}

const page = renderPage(pageInput());
const text = textOf(page);

describe("the page", () => {
  it("is tested with a manifest that matches the schema", () => {
    expect(documentErrors("manifest", pageInput().manifest)).toEqual([]);
  });

  it("is the same for the same input, and small", () => {
    expect(renderPage(pageInput())).toBe(page);
    expect(page.length).toBeLessThan(150_000);
  });

  it("is its head, which every page of the controller has, and its body", () => {
    const { manifest } = pageInput();
    const whole = Buffer.concat([
      Buffer.from(pageHead({ controller: manifest.controller }, languageOf("en")).markup),
      pageBody(pageInput()),
    ]);
    expect(whole.toString()).toBe(page);
  });

  it("allows its own style and its own script and nothing else", () => {
    const source = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const policy = `default-src 'none'; style-src ${source(style)}; script-src ${source(script)}; base-uri 'none'; form-action 'none'`;
    expect(page).toContain(html`<meta http-equiv="Content-Security-Policy" content="${policy}">`.markup);
    expect(page).toContain(`<style>${style}</style>\n<script>${script}</script>\n</head>`);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/ style="| on\w+="/);
  });
});

describe("what the page says", () => {
  it("speaks of a signature only when there is one, with its key and the command that checks it", () => {
    expect(text).not.toMatch(/minisign|We signed/);
    const signed = textOf(renderPage(pageInput({ signature: { format: "minisign", keyId: "0123456789ABCDEF" } })));
    expect(signed).toContain("The number of our key is 0123456789ABCDEF.");
    expect(signed).toContain("minisign -V -p OUR-KEY.pub -m SHA256SUMS -x SHA256SUMS.sig");
  });

  it("begins with what is missing, why, and whom to ask", () => {
    const main = page.slice(page.indexOf("<main")).replace(/^<main[^>]*>\s*/, "");
    expect(
      main.startsWith(
        '<section class="warning" aria-labelledby="partial"><h2 id="partial">This copy is not complete</h2>',
      ),
    ).toBe(true);
    const warning = textOf(`<body${main.slice(0, main.indexOf("</section>"))}`);
    expect(warning).toContain("Support tickets: Only 12 of 15 records are in this copy.");
    expect(warning).toContain("Our system counted 15 records and gave 12. INCOMPLETE");
    expect(warning).toContain("Telephone calls: None of these records could be read");
    expect(warning).toContain("privacy@northwind.example");
    expect(warning).not.toMatch(/Invoices|Refunds|Reseller|Satisfaction/);
  });

  it("leads to files of the bundle and to nothing else", () => {
    const { datasets } = manifest();
    const paths = datasets.flatMap(({ files, schema }) => [...files.map(({ path }) => path), schema?.path ?? ""]);
    const links = [...page.matchAll(/ href="([^"#:]+)"/g)].map((match) => decodeURIComponent(match[1] ?? ""));
    const shown = datasets
      .filter(({ files }) => files.length > 0)
      .flatMap(({ files, schema }) => [...files.map(({ path }) => path), schema?.path]);
    expect(
      links.filter((link) => ![...paths, "manifest.json", "datapackage.json", "SHA256SUMS"].includes(link)),
    ).toEqual([]);
    expect(links).toEqual(expect.arrayContaining([...shown, "manifest.json", "datapackage.json", "SHA256SUMS"]));
  });

  it("warns of nothing when the copy is complete", () => {
    const datasets = manifest().datasets.filter(({ outcome }) => outcome !== "partial" && outcome !== "failed");
    const whole = textOf(renderPage(pageInput({ completeness: "complete", datasets })));
    expect(whole).not.toMatch(/not complete|Missing/i);
  });

  it.each([
    [
      "who answers",
      [
        "Your data at Northwind Hosting",
        "privacy@northwind.example",
        "Northwind Europe B.V., Keizersgracht 1",
        "https://northwind.example/dpo?topic=copy",
      ],
    ],
    [
      "the request",
      [
        "3 November 2026",
        "21 November 2026, 09:05 UTC",
        "right of access",
        "General Data Protection Regulation (GDPR)",
        "3 December 2026",
        "3 January 2027. Part of the records lie in an archive on tape.",
        "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77",
        "7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11",
      ],
    ],
    ["the subject", ["acc_7Q2M9XKD", "Email address", "maja.lindqvist@example.org", "5f3c9a…e1 (as sha256)"]],
    [
      "how much there is",
      [
        "20,032 records about you",
        "5 kinds of record",
        "3 more records are set apart",
        "12 of 15",
        "1 August 2022 to 1 November 2026",
      ],
    ],
    [
      "why it is held",
      [
        "Service provision",
        "Account management",
        "Payment management",
        "We need it for our contract with you (GDPR, Article 6(1)(b))",
        "A law obliges us to (GDPR, Article 6(1)(c))",
        "It rests on a legitimate interest of ours",
        "us:CCPA-1798",
        "dpv:PaymentManagement",
        "user.payment",
      ],
    ],
    [
      "where it came from and where it goes",
      [
        "You gave it to us",
        "It was recorded while you used our service. Source: Tallybox Payments tells us whether you paid.",
        "We concluded it from other data",
        "We worked it out from other data",
        "Tallybox Payments, United States (protected by: Standard contractual clauses, GDPR 46(2)(c))",
        "Stratolith Hosting, Ireland",
        "auditor",
      ],
    ],
    [
      "how long it is kept",
      [
        "10 years. From the end of the year of the invoice, as tax law demands.",
        "1 year, 6 months",
        "13 months",
        "As long as your account is active.",
      ],
    ],
    [
      "what may be taken along",
      ["Yes. You may take it to another service", "The right to take data along does not cover it"],
    ],
    [
      "each outcome",
      [
        "The one record of this kind is in this copy.",
        "All 20,000 records of this kind are in this copy.",
        "We hold no records of this kind about you.",
        "We left these records out on purpose.",
        "This kind of record does not concern you.",
      ],
    ],
    [
      "the records",
      [
        "Showing the first 10 of 20,000 records",
        "The key we gave to this invoice.",
        "billingAddress.city",
        "1 Feb 2022, 00:00",
        "9 Feb 2022, 13:45",
        "3 entries",
        "Unit price",
        "Product updates",
        "eu-north, committed",
        "marks what is shortened on this page",
        "Opens in a spreadsheet, 7.2 MB",
        "data/invoices.csv",
        "schemas/invoices.schema.json",
      ],
    ],
    ["what is set apart", ["3 records are set apart", "quarantine/invoices.json"]],
    [
      "what is withheld",
      [
        "Password hash in Account",
        "Your password is stored only in a scrambled form and is never given out.",
        "whoever had it could act in your name. GDPR 32; 11 CCR 7024(d)",
        "Messages › Agent note",
        "It is about other people",
        "only what we use with your consent",
        "only what you gave us or what was recorded",
        "We left it out on purpose.",
        "The internal queue of the ticket.",
        "ask us for a copy of all your data",
      ],
    ],
    [
      "what is left out",
      [
        "The code and databases that you host with us",
        "We only store it for somebody else, who decides about it. We hold them on your instructions. Copy them with the command line tool. GDPR 28",
        "support@northwind.example",
        "Satisfaction scores",
      ],
    ],
    [
      "what was replaced or dropped",
      [
        "Agent in chargeSupport tickets12 times",
        "Invited byOrganizations2 times",
        "Internal › Margin percentInvoices20,000 times",
      ],
    ],
    [
      "the recipients",
      [
        "Stratolith HostingInfrastructureAccount information, Billing information, Support inquiriesIreland",
        "Tallybox PaymentsPayment providerBilling informationUnited StatesStandard contractual clauses",
        "Deskwell SupportSupport deskSupport inquiriesGermany",
      ],
    ],
    [
      "the rights",
      [
        "Access GDPR 15",
        "Human review GDPR 22",
        "Write to privacy@northwind.example about Erasure.",
        "Swedish Authority for Privacy Protection",
        "https://authority.example/complaints",
      ],
    ],
    [
      "decisions made by a machine",
      ["Misuse protection", "from how many requests are refused", "Above 0.9, a member of our staff"],
    ],
    [
      "how to use the files",
      [
        "sha256sum -c SHA256SUMS",
        "datapackage.json",
        "manifest.json",
        "schemas/",
        "quarantine/",
        "begin with an extra '",
      ],
    ],
  ])("tells %s", (_, facts) => {
    for (const fact of facts) expect(text).toContain(fact);
  });

  it("says so when there is nothing to say", () => {
    const bare = textOf(
      renderPage({
        manifest: manifest({
          completeness: "complete",
          recipients: [],
          rights: [],
          automatedDecisions: [],
          categories: [],
          datasets: [],
          withheld: [],
          excluded: [],
        }),
        datasets: [],
      }),
    );
    for (const words of [
      "We hold no records about you",
      "Nothing was left out on purpose",
      "We name no recipients",
      "We name no decision",
    ])
      expect(bare).toContain(words);
  });

  it("says what a portability request covers, and that there are several zip files", () => {
    const change = {
      request: { ...manifest().request, type: "portability" },
      part: { number: 2, last: false },
    } as const;
    const law = textOf(renderPage(pageInput({ ...change, portabilityScope: "law", consistency: "snapshot" })));
    expect(law).toContain("right to data portability");
    expect(law).toContain("where we rely on your consent or on a contract with you. All of it shows one moment.");
    expect(law).toContain("This is number 2, and more follow.");
    expect(
      textOf(renderPage(pageInput({ ...change, portabilityScope: "all-but-derived", consistency: "none" }))),
    ).toContain("whatever allows us to use it. Records may have changed");
  });

  it("begins, in one zip of several, with its number and where the rest is", () => {
    const noticeOf = (part: Manifest["part"], partName?: (part: number) => string | undefined) => {
      const shown = renderPage({ ...pageInput({ part }), partName });
      const main = shown.slice(shown.indexOf("<main")).replace(/^<main[^>]*>\s*/, "");
      expect(main.startsWith('<section class="part"')).toBe(true);
      return textOf(`<body${main.slice(0, main.indexOf("</section>"))}`);
    };
    const named = (part: number) => `b.part${part}.zip`;
    const middle = { number: 2, last: false, count: 3, previous: "0".repeat(64) };
    expect(noticeOf(middle, named)).toMatch(
      /^This is part 2 of 3\n.* 3 zip files.*in b\.part1\.zip and b\.part3\.zip\.\n/,
    );
    expect(noticeOf(middle)).toContain("The rest is in the other zip files that you received.");
    expect(noticeOf(middle, () => undefined)).toContain("The rest is in the other zip files");
    expect(noticeOf({ number: 1, last: false, count: 2 }, named)).toContain("The rest is in b.part2.zip.");
    expect(noticeOf({ ...middle, count: 1_200 }, named)).toContain("in the others of b.part1.zip to b.part1200.zip.");
    expect(noticeOf({ number: 2, last: false })).toMatch(/^This is part 2\n.* several zip files/);
    expect(textOf(renderPage(pageInput({ part: middle })))).toContain("Number 2 of 3 zip files.");
    expect(page).not.toMatch(/class="part"|zip file[ ,.]*others|in this zip file/);
  });

  it("says of each dataset, in one zip of several, how many of its records and of those set apart are there", () => {
    const [account, organizations, invoices, ...others] = manifest().datasets;
    const share = (records: number, apart: number) => ({
      ...invoices!,
      files: [
        ...invoices!.files.filter(({ path }) => path.startsWith("data/")).map((file) => ({ ...file, records })),
        ...(apart === 0 ? [] : [{ ...invoices!.files[0]!, path: "quarantine/invoices.json", records: apart }]),
      ],
    });
    const shownOf = (dataset: NonNullable<typeof invoices>) => {
      const part = { number: 2, last: true, count: 2, previous: "0".repeat(64) };
      const away = { ...organizations!, files: [] };
      return textOf(renderPage(pageInput({ part, datasets: [account!, away, dataset, ...others] })));
    };
    const some = shownOf(share(5_000, 1));
    expect(some).toContain("5,000 of them are in this zip file, the others in the other parts.");
    expect(some).toContain(
      "1 of them is in this zip file, the others in the other parts. See quarantine/invoices.json.",
    );
    expect(some).toContain("It is in this zip file."); // the account
    expect(some).toContain("None of them are in this zip file: look in the other parts."); // the organizations
    const all = shownOf(share(20_000, 3));
    expect(all).toContain("All 20,000 are in this zip file.");
    expect(all).toContain("the file quarantine/invoices.json has them");
    expect(shownOf(share(1, 0))).toContain(
      "Nothing is lost. None of them are in this zip file: look in the other parts.",
    );
  });

  it("keeps datasets apart that share a title, shows those without a known category, and counts attachments", () => {
    const [account, ...others] = manifest().datasets;
    const file = (index: number) => ({
      path: `files/account/${index}.pdf`,
      mediaType: "application/pdf",
      bytes: 2_000,
      sha256: "0".repeat(64),
    });
    const twins = [
      { ...account!, files: [...account!.files, ...Array.from({ length: 15 }, (_, index) => file(index))] },
      { ...others[0]!, title: "Account", category: "nowhere" },
    ];
    const shown = renderPage(pageInput({ datasets: twins }));
    expect(textOf(shown)).toContain("Other records");
    expect(shown).toContain(">Account (account)</a>");
    expect(shown).toContain('aria-label="First records of Account (organizations)"');
    expect(shown).toContain('href="files/account/11.pdf"');
    expect(shown).not.toContain('href="files/account/12.pdf"');
    expect(textOf(shown)).toContain("3 more in the folder files/account");
  });
});
