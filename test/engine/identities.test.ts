import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  type Dataset,
  type ExportEvent,
  type ExporterConfig,
  type ExportRequest,
  type IdentityAnswer,
  type IdentityContext,
  type IdentityResolver,
  PortmanteauError,
  type Subject,
} from "../../src/index.ts";
import {
  Collecting,
  controlledSource,
  entriesOf,
  exporterOf,
  failing,
  fixed,
  jsonAt,
  noteDataset,
  privacy,
  recording,
  refused,
  request,
} from "../support/exporting.ts";

const email = "maja@private.example";
const byEmail: Subject = { identities: [{ identity_type: "email", identity_value: email }] };

/** A way that knows what some values lead to, and how often it was asked. */
function way(from: string | undefined, to: string, known: Record<string, IdentityAnswer>) {
  const asked: string[] = [];
  const resolver: IdentityResolver = {
    ...(from === undefined ? {} : { from }),
    to,
    resolve: async ({ value }) => {
      asked.push(value);
      return known[value];
    },
  };
  return { resolver, asked };
}

/** A dataset whose only record belongs to whoever is asked for, and what its source was asked. */
function datasetOf(name: string, more: Partial<Dataset> = {}) {
  const subjects: string[] = [];
  const { source } = controlledSource([]);
  const dataset = noteDataset(
    name,
    {
      ...source,
      async *read({ subject }) {
        subjects.push(subject.id);
        yield { records: [{ id: 1, owner: subject.id, text: "" }], cursor: 1 };
      },
    },
    more,
  );
  return { dataset, subjects };
}

async function exported(
  datasets: readonly { readonly dataset: Dataset }[],
  identities: readonly IdentityResolver[],
  { subject = byEmail, ...more }: Partial<ExporterConfig> & { readonly subject?: Subject } = {},
) {
  const { events, onEvent } = recording();
  const { exporter, spooled } = exporterOf(
    datasets.map(({ dataset }) => dataset),
    { identities, ...more },
  );
  const to = new Collecting();
  const asked: ExportRequest = { ...request, subject };
  const report = await exporter.export(asked, { to, ...fixed, onEvent }).finally(() => expect(spooled()).toEqual([]));
  const entries = entriesOf(to.bytes);
  return { report, events, plan: exporter.plan(asked), entries, manifest: jsonAt(entries, "manifest.json") };
}

describe("a request with an e-mail address only", () => {
  it("is answered with each system's own key, found step by step, each asked once", async () => {
    const customer = way("email", "customer_id", { [email]: "c1" });
    const billing = way("customer_id", "billing_id", { c1: "b1" });
    const datasets = [
      datasetOf("orders", { identity: "customer_id" }),
      datasetOf("invoices", { identity: "billing_id" }),
      datasetOf("carts", { identity: "customer_id" }),
      datasetOf("letters", { identity: "email" }),
    ];
    const { report, entries, plan } = await exported(datasets, [billing.resolver, customer.resolver]);
    expect(datasets.map(({ subjects }) => subjects)).toEqual([["c1"], ["b1"], ["c1"], [email]]);
    expect([customer.asked, billing.asked]).toEqual([[email], ["c1"]]);
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual(Array(4).fill("complete"));
    expect(jsonAt(entries, "data/invoices.json")).toEqual([{ id: 1, owner: "b1", text: "" }]);
    expect(plan.datasets.map(({ decision }) => decision)).toEqual(Array(4).fill("collect"));
  });

  it("has in the manifest, and on the page, what it held and nothing that was found", async () => {
    const { manifest, entries } = await exported(
      [datasetOf("orders", { identity: "customer_id" })],
      [way("email", "customer_id", { [email]: "key-found-4711" }).resolver],
    );
    expect(manifest.subject).toEqual({ identities: byEmail.identities });
    expect(entries.get("index.html")?.toString()).not.toContain("Your number with us");
    for (const name of ["manifest.json", "index.html"]) {
      expect(entries.get(name)?.toString()).toContain(email);
      expect(entries.get(name)?.toString().includes("key-found-4711")).toBe(name === "index.html"); // its own record
    }
  });

  it("is refused when a dataset goes by the request's own id, and so is one that names nobody", async () => {
    const dataset = datasetOf("orders");
    const error = await failing(exported([dataset], []));
    expect(error).toMatchObject({ code: "REQUEST_INVALID", context: { dataset: "orders", pointer: "/subject/id" } });
    const nobody = await failing(exported([dataset], [], { subject: { identities: [] } }));
    expect(nobody).toMatchObject({ code: "REQUEST_INVALID", context: { pointer: "/subject" } });
    expect(dataset.subjects).toEqual([]);
  });
});

describe("identities", () => {
  const orders = (more: Partial<Dataset> = {}) => datasetOf("orders", { identity: "customer_id", ...more });

  it("start from the request's id as well", async () => {
    const dataset = orders();
    await exported([dataset], [way(undefined, "customer_id", { u1: "c1" }).resolver], { subject: { id: "u1" } });
    expect(dataset.subjects).toEqual(["c1"]);
  });

  it("are not asked for datasets that the export does not read", async () => {
    const customer = way("email", "customer_id", { [email]: "c1" });
    const derived = { ...privacy, category: "scores", origin: "derived" } as const;
    const { exporter } = exporterOf(
      [
        orders({ applies: () => false }).dataset,
        datasetOf("scores", { identity: "customer_id", privacy: derived }).dataset,
        datasetOf("letters", { identity: "email" }).dataset,
      ],
      { identities: [customer.resolver] },
    );
    await exporter.export({ ...request, type: "portability", subject: byEmail }, { to: new Collecting() });
    expect(customer.asked).toEqual([]);
  });

  it("tell a resolver how the value is written, and stop it with the export", async () => {
    const contexts: IdentityContext[] = [];
    const resolver: IdentityResolver = {
      from: "email",
      to: "customer_id",
      resolve: (context) => void contexts.push(context),
    };
    const identities = [{ identity_type: "email", identity_value: "5f3c", identity_format: "sha256" }];
    await exported([orders(), datasetOf("letters", { identity: "email" })], [resolver], { subject: { identities } });
    expect(contexts).toMatchObject([{ value: "5f3c", format: "sha256" }]);
    expect(contexts[0]?.signal.aborted).toBe(true);
  });

  it("may lead in a circle, which is not walked twice", async () => {
    const there = way("email", "customer_id", { [email]: "c1" });
    const back = way("customer_id", "email", { c1: "the-newer-address@private.example" });
    const datasets = [orders(), datasetOf("letters", { identity: "email" })];
    await exported(datasets, [there.resolver, back.resolver]);
    expect(datasets.map(({ subjects }) => subjects)).toEqual([["c1"], [email]]);
    expect([there.asked, back.asked]).toEqual([[email], []]);
  });

  it("are found on a longer way when the short one ends", async () => {
    const dataset = orders();
    const ways = [
      way("email", "customer_id", {}),
      way("email", "account", { [email]: "a1" }),
      way("account", "phone", { a1: "p1" }),
      way("phone", "customer_id", { p1: "c1" }),
    ];
    await exported(
      [dataset],
      ways.map(({ resolver }) => resolver),
    );
    expect(dataset.subjects).toEqual(["c1"]);
  });
});

describe("an identity that is not found", () => {
  const none = way("email", "customer_id", {});
  const other = () => datasetOf("letters", { identity: "email" });

  it("makes the dataset notApplicable, with the reason, whatever an empty answer looks like", async () => {
    for (const answer of [undefined, null, []]) {
      const dataset = datasetOf("orders", { identity: "customer_id" });
      const { report } = await exported(
        [dataset, other()],
        [way("email", "customer_id", { [email]: answer }).resolver],
      );
      expect(report.datasets[0]).toMatchObject({ outcome: "notApplicable", error: null });
      expect(report.datasets[0]?.reason).toContain('"customer_id"');
      expect(dataset.subjects).toEqual([]);
    }
  });

  it("fails the dataset when that was declared, by the policy, with or without a resolver", async () => {
    const dataset = datasetOf("orders", { identity: "customer_id", onNoIdentity: "fail" });
    for (const identities of [[none.resolver], []]) {
      const error = await failing(exported([dataset, other()], identities));
      expect(error).toMatchObject({ code: "IDENTITY_MISSING", context: { dataset: "orders" } });
      expect(error.report?.status).toBe("failed");
      const { report } = await exported([dataset, other()], identities, { onFailure: "deliver-partial" });
      expect(report.datasets.map(({ outcome }) => outcome)).toEqual(["failed", "complete"]);
      expect(report.datasets[0]?.error).toBe("IDENTITY_MISSING");
    }
    expect(dataset.subjects).toEqual([]);
  });
});

describe("identities that disagree", () => {
  const held = (...held: [string, string][]): Subject => ({
    identities: held.map(([identity_type, identity_value]) => ({ identity_type, identity_value })),
  });
  const cases: Record<string, [Subject, IdentityResolver[]]> = {
    "one resolver with two answers": [byEmail, [way("email", "customer_id", { [email]: ["c1", "c2"] }).resolver]],
    "two answers on the way, of which one leads nowhere": [
      byEmail,
      [
        way("email", "account", { [email]: ["a1", "a2"] }).resolver,
        way("account", "customer_id", { a1: "c1" }).resolver,
      ],
    ],
    "two ways": [
      held(["email", "e"], ["phone", "p"]),
      [way("email", "customer_id", { e: "c1" }).resolver, way("phone", "customer_id", { p: "c2" }).resolver],
    ],
    "two addresses of the request": [
      held(["email", "e"], ["email", "f"]),
      [way("email", "customer_id", { e: "c1", f: "c2" }).resolver],
    ],
    "a resolver and the request": [
      held(["email", "e"], ["customer_id", "c9"]),
      [way("email", "customer_id", { e: "c1" }).resolver],
    ],
    "a way back and the request": [
      held(["email", "e"], ["customer_id", "c1"]),
      [way("email", "customer_id", { e: "c1" }).resolver, way("customer_id", "email", { c1: "f" }).resolver],
    ],
  };

  for (const [name, [subject, identities]] of Object.entries(cases)) {
    it(`end the export under every policy, before anything is read: ${name}`, async () => {
      for (const onFailure of ["fail", "deliver-partial"] as const) {
        const dataset = datasetOf("orders", { identity: "customer_id" });
        const error = await failing(exported([dataset], identities, { subject, onFailure }));
        expect(error).toMatchObject({ code: "IDENTITY_AMBIGUOUS", retryable: false });
        expect(error.report?.datasets[0]?.outcome).toBeNull();
        expect(dataset.subjects).toEqual([]);
      }
    });
  }

  it("are none when they agree: the same answer twice, on two ways, and as the request says", async () => {
    const dataset = datasetOf("orders", { identity: "customer_id" });
    const subject = held(["email", "e"], ["email", "unknown"], ["phone", "p"], ["customer_id", "c1"]);
    const account = way("account", "customer_id", { a1: "c1" });
    const ways = [
      way("email", "customer_id", { e: ["c1", "c1"] }),
      way("phone", "customer_id", { p: "c1" }),
      way("phone", "account", { p: "a1" }),
      way("email", "account", { e: "a1" }),
      account,
    ];
    await exported(
      [dataset],
      ways.map(({ resolver }) => resolver),
      { subject },
    );
    expect(dataset.subjects).toEqual(["c1"]);
    expect(account.asked).toEqual(["a1"]);
  });
});

describe("a resolver that fails", () => {
  const resolving = (resolve: IdentityResolver["resolve"]): IdentityResolver => ({
    from: "email",
    to: "account",
    resolve,
  });
  const onwards = way("account", "customer_id", { a1: "c1" }).resolver;
  const orders = () => datasetOf("orders", { identity: "customer_id" });
  const letters = () => datasetOf("letters", { identity: "email" });

  it("is asked again when it may answer later, and that is told", async () => {
    let failures = 2;
    const dataset = orders();
    const resolver = resolving(() => {
      if (failures-- > 0) throw Object.assign(new Error(`no route for ${email}`), { code: "ECONNRESET" });
      return "a1";
    });
    const { events } = await exported([dataset], [resolver, onwards]);
    expect(dataset.subjects).toEqual(["c1"]);
    const retries = events.filter(({ type }) => type === "identityRetry");
    expect(retries).toMatchObject(
      [1, 2].map((attempt) => ({ identity: "account", attempt, code: "SOURCE_UNAVAILABLE" })),
    );
    expect(inspect(events, { depth: 9 })).not.toContain(email);
  });

  it("fails every dataset that is reached through it, and only those, without being tried for each again", async () => {
    let asked = 0;
    const resolver = resolving(() => {
      asked++;
      throw Object.assign(new Error(email), { code: "ECONNREFUSED" });
    });
    const datasets = [orders(), datasetOf("carts", { identity: "account" }), letters()];
    const { report, events } = await exported(datasets, [resolver, onwards], { onFailure: "deliver-partial" });
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual(["failed", "failed", "complete"]);
    expect(report.datasets[0]?.error).toBe("SOURCE_UNAVAILABLE");
    expect(asked).toBe(3);
    expect(events.filter(({ type }) => type === "retry")).toEqual([]);
    const error = await failing(exported(datasets, [resolver, onwards]));
    expect(error).toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      retryable: true,
      context: { dataset: "orders", pointer: "/identities/0", attempts: 3 },
    });
    expect(inspect(error) + JSON.stringify([error, error.report])).not.toContain(email);
  });

  it("fails them also when another way gives an answer, for the two might have disagreed", async () => {
    const dataset = orders();
    const broken = resolving(() => {
      throw new Error(email);
    });
    const identities = [broken, onwards, way("email", "customer_id", { [email]: "c1" }).resolver];
    const error = await failing(exported([dataset], identities));
    expect(error.code).toBe("SOURCE_FAILED");
    expect(dataset.subjects).toEqual([]);
  });

  it("fails by its own error, by what is no answer, and by the time limit, each named", async () => {
    const throwing = (error: unknown) => () => {
      throw error;
    };
    const failures: [IdentityResolver["resolve"], string][] = [
      [throwing(new Error(email)), "SOURCE_FAILED"],
      [throwing(new PortmanteauError("SOURCE_CONTRACT", "Ours.")), "SOURCE_CONTRACT"],
      [() => 42 as unknown as string, "SOURCE_CONTRACT"],
      [() => "", "SOURCE_CONTRACT"],
      [() => ["a1", 7 as unknown as string], "SOURCE_CONTRACT"],
      [() => new Promise(() => undefined), "SOURCE_TIMEOUT"],
    ];
    for (const [resolve, code] of failures) {
      const error = await failing(exported([orders()], [resolving(resolve), onwards], { pageTimeoutMs: 20 }));
      expect(error).toMatchObject({ code, context: { pointer: "/identities/0" } });
      expect(error.message).not.toContain(email);
    }
  });

  it("is left when the export is aborted", async () => {
    const stop = new AbortController();
    const signals: AbortSignal[] = [];
    const resolver = resolving(({ signal }) => {
      signals.push(signal);
      stop.abort();
      return new Promise(() => undefined);
    });
    const { exporter } = exporterOf([orders().dataset], { identities: [resolver, onwards] });
    const events: string[] = [];
    const to = new Collecting();
    const options = { to, signal: stop.signal, onEvent: ({ type }: ExportEvent) => void events.push(type) };
    const error = await failing(exporter.export({ ...request, subject: byEmail }, options));
    expect(error.code).toBe("ABORTED");
    expect(error.report?.status).toBe("aborted");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect([events, to.chunks.length]).toEqual([["runStarted", "started", "failed", "runEnded"], 0]);
  });

  it("stops the others when the answers of two disagree", async () => {
    const signals: AbortSignal[] = [];
    const hanging: IdentityResolver = {
      from: "email",
      to: "phone",
      resolve: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    };
    const onward = way("phone", "account", {}).resolver;
    const error = await failing(exported([orders()], [hanging, onward, resolving(async () => ["a1", "a2"]), onwards]));
    expect(error.code).toBe("IDENTITY_AMBIGUOUS");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe("a graph of identities that makes no sense", () => {
  it("is refused at start-up, with every problem named", () => {
    const { resolver } = way("email", "customer_id", {});
    const identities = [
      resolver,
      { ...resolver },
      { ...resolver, to: "customer-id" },
      { ...resolver, from: "customer_id" },
      { ...resolver, from: "" },
      { ...resolver, from: "phone", resolve: undefined },
    ] as IdentityResolver[];
    const error = refused(() => exporterOf([datasetOf("orders", { identity: "customer_id" }).dataset], { identities }));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", context: { pointer: "/identities" } });
    for (const index of [1, 2, 3, 4, 5]) expect(error.message).toContain(`/identities/${index}: `);
    expect(error.message).not.toContain("/identities/0: ");
    const bad = { identity: "x", onNoIdentity: "ignore" } as unknown as Partial<Dataset>;
    expect(refused(() => datasetOf("a", bad)).code).toBe("CONFIG_INVALID");
  });
});
