import { type ExportEvent, type ExportRequest, PortmanteauError, type Source } from "portmanteau";
import type { QueueEvent } from "../../src/model/queue-events.ts";
import { runner } from "../../src/queues/flow/run.ts";
import { durableExporterOf, TestSpool } from "../support/durable.ts";
import { Collecting, controlledSource, exporterOf, noteDataset, noteSchema, request } from "../support/exporting.ts";

/** What tells of a person, and may be in no log, span or metric. */
export const planted = [
  "ada.lovelace@example.org",
  "Augusta Ada King",
  "hunter2-secret",
  "+44 20 7946 0958",
  "DE89370400440532013000",
  "cus-ada-1815",
  "billing-key-4711",
] as const;
const [email, name, secret, phone, iban, subjectId, billingKey] = planted;

type Observer = (event: ExportEvent | QueueEvent) => void;

const record = (id: number, text: unknown = `${name} wrote from ${email}`) => ({
  id,
  owner: subjectId,
  text,
  password: secret,
  [phone]: iban, // a field that no schema names, and whose name is a value
});
const records = [...Array.from({ length: 24 }, (_, id) => record(id)), record(24, { not: `text of ${name}` })];
const quoting = () =>
  Object.assign(new Error(`duplicate key value violates unique constraint: Key (email)=(${email}) ${iban}`), {
    code: "23505",
    detail: `Key (phone)=(${phone})`,
  });
/** Breaks off once with an error that quotes what it read. */
function breaking(times: number): Source {
  let left = times;
  return controlledSource(records, {
    before: (page) => {
      if (page === 0 || left-- <= 0) return;
      throw new PortmanteauError("SOURCE_UNAVAILABLE", "The database broke off.", {
        retryable: true,
        cause: quoting(),
      });
    },
  }).source;
}
const failingSource = controlledSource(records, {
  before: () => {
    throw quoting();
  },
}).source;
const ofSomebodyElse = controlledSource([{ ...record(0), owner: email }]).source;
const schema = {
  ...noteSchema,
  properties: { ...noteSchema.properties, text: { type: "string", maxLength: 500 } },
} as const;

/** Exports of every kind and end, in one process and in steps, of a person whose data is in every place where a value can be. */
export async function hostileExports(onEvent: Observer): Promise<void> {
  const asked: ExportRequest = {
    ...request,
    subject: { id: subjectId, identities: [{ identity_type: "email", identity_value: email }] },
  };
  const to = () => new Collecting();
  const dataset = (source: Source, more = {}) => noteDataset("notes", source, { schema, ...more });
  const attempt = (promise: Promise<unknown>) => promise.catch(() => {});

  let failures = 1;
  const identities = [
    {
      from: "email",
      to: "billing",
      resolve: async () => {
        if (failures-- > 0)
          throw new PortmanteauError("SOURCE_UNAVAILABLE", "Not now.", { retryable: true, cause: quoting() });
        return [subjectId];
      },
    },
  ];
  for (const [source, more] of [
    [breaking(1), {}],
    [breaking(1), { identity: "billing" }],
    [failingSource, {}],
    [ofSomebodyElse, {}],
    [breaking(0), { onInvalid: "fail" }],
  ] as const) {
    const { exporter } = exporterOf([dataset(source, more)], {
      identities: "identity" in more ? identities : [],
      onFailure: "deliver-partial",
    });
    await attempt(exporter.export(asked, { to: to(), onEvent }));
  }
  const refusing = new Collecting({ failAfterBytes: 10 });
  await attempt(exporterOf([dataset(breaking(0))]).exporter.export(asked, { to: refusing, onEvent }));

  const exporter = durableExporterOf([dataset(breaking(2))], new TestSpool(), { retry: { attempts: 1 } });
  await exporter.begin(asked, { onEvent });
  await attempt(exporter.collectPart(asked.id, { dataset: "notes" }, { onEvent }));
  await attempt(exporter.resume(email, { to: to(), onEvent })); // whatever somebody takes for an id
  await attempt(exporter.assemble(subjectId, { to: to(), onEvent }));
  const run = runner({
    steps: exporter,
    attempts: 3,
    onFailure: "dead-letter",
    onChange: "refuse",
    deliver: async () => {
      throw new PortmanteauError("DELIVERY_FAILED", `The bucket of ${email} is not there.`, { cause: quoting() });
    },
    emit: onEvent,
  });
  const { signal } = new AbortController();
  const payload = { version: 1, requestId: asked.id };
  for (const [attempt, step] of [
    [1, { step: "collect", dataset: "notes" }],
    [2, { step: "collect", dataset: "notes" }],
    [3, { step: "assemble" }],
    [1, { step: "assemble", requestId: billingKey, extra: email }],
  ] as const)
    await run({ payload: { ...payload, ...step }, attempt, signal });
}
