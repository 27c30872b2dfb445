import fc from "fast-check";
import { PortmanteauError } from "portmanteau";
import {
  deliveredEvent,
  failedEvent,
  type HistoryEntry,
  isOpen,
  isTerminal,
  type RequestRecord,
  receiveRequest,
  replay,
  requestRecord,
  stepsOf,
  transition,
  transitions,
  type WorkflowEvent,
} from "portmanteau/workflow";
import { describe, expect, it } from "vitest";
import { type EventName, events, received, recordAfter, requestId, start, states, ways } from "./requests.ts";

const names = Object.keys(events) as EventName[];

/** What the table says of an event in a state, read again and not by the code under test. */
function expected(name: EventName, state: RequestRecord["state"]): string | undefined {
  const row = transitions.find(
    ({ event, to }) => event === events[name].type && (name === "partial" ? to === "partial" : to !== "partial"),
  );
  if (row === undefined || !row.from.includes(state)) return undefined;
  return row.to === "same" ? state : row.to;
}

function thrown(run: () => unknown): PortmanteauError {
  try {
    run();
  } catch (error) {
    if (PortmanteauError.is(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

describe("a request's life", () => {
  it("begins with a record that holds no word of the person", () => {
    const record = receiveRequest(
      {
        ...{ id: requestId, type: "portability", regulation: "GDPR", receivedAt: "2026-01-31T10:00:00+01:00" },
        ...{ subject: { id: "ada-1815", identities: [{ identity_type: "email", identity_value: "ada@example.org" }] } },
      } as const,
      { at: start },
    );
    expect(record).toMatchObject({
      state: "received",
      regulation: "gdpr",
      receivedAt: "2026-01-31T09:00:00.000Z",
      dueAt: "2026-02-28T09:00:00.000Z",
      extensibleUntil: "2026-04-30T09:00:00.000Z",
      revision: 1,
      attempt: 1,
    });
    expect(JSON.stringify(record)).not.toMatch(/ada/);
  });

  it("goes from each state by each event as the table says, and in no other way", () => {
    for (const state of states) {
      const record = recordAfter(ways[state]);
      expect(record.state).toBe(state);
      for (const name of names) {
        const to = expected(name, state);
        const repeated = ways[state].includes(name);
        if (to !== undefined || repeated) {
          const result = transition(record, events[name], { at: start });
          expect(result.record.state, `${name} in ${state}`).toBe(to ?? state);
          expect(result.changed, `${name} in ${state}`).toBe(to !== undefined);
        } else {
          const error = thrown(() => transition(record, events[name], { at: start }));
          expect(error.code).toBe("TRANSITION_INVALID");
          expect(error.context).toMatchObject({ from: state });
          expect(error.context.to).toBeDefined();
        }
      }
    }
  });

  it("reaches every state, and ends in expired or cancelled", () => {
    expect(new Set(transitions.map(({ to }) => to))).toEqual(new Set([...states, "same"]));
    expect(states.filter(isTerminal)).toEqual(["expired", "cancelled"]);
    expect(states.filter(isOpen)).toEqual(["received", "planned", "collecting", "packing", "failed"]);
  });

  it("takes an event that comes twice once", () => {
    let record = received();
    for (const name of ways.expired) {
      record = transition(record, events[name], { at: start }).record;
      for (const earlier of ways.expired.slice(0, ways.expired.indexOf(name) + 1)) {
        expect(transition(record, events[earlier], { at: start + 99 })).toEqual({ record, changed: false });
      }
    }
    expect(record.revision).toBe(6);
  });

  it("does not take an event that comes twice with other facts", () => {
    const record = recordAfter(ways.delivered);
    const other = { ...events.delivered, bytes: 1 };
    expect(thrown(() => transition(record, other, { at: start })).context).toEqual({
      from: "delivered",
      to: "delivered",
    });
  });

  it("leaves what it is given as it is", () => {
    const [record, event] = [received(), { type: "planned" as const, parts: 3 }];
    const before = structuredClone(record);
    const result = transition(record, event, { at: start });
    event.parts = 4;
    expect(record).toEqual(before);
    expect(result.record).toMatchObject({ parts: 3, history: [{}, { event: { parts: 3 } }] });
  });

  it("keeps the attempts apart: what an earlier one says late changes nothing", () => {
    const failed = recordAfter(["planned", "failed"]);
    expect(failed).toMatchObject({ attempt: 1, failure: { code: "SOURCE_UNAVAILABLE", retryable: true } });
    const second = transition(failed, events.retried, { at: start }).record;
    expect(second).toMatchObject({ state: "received", attempt: 2, failure: null, parts: null });
    expect(transition(second, events.retried, { at: start }).changed).toBe(false);
    expect(transition(second, events.failed, { at: start, attempt: 1 }).changed).toBe(false);
    expect(thrown(() => transition(second, events.packing, { at: start, attempt: 1 })).code).toBe("TRANSITION_INVALID");
    expect(thrown(() => transition(second, events.planned, { at: start, attempt: 3 })).code).toBe("TRANSITION_INVALID");
    const failedAgain = transition(second, events.failed, { at: start, attempt: 2 }).record;
    expect(transition(failedAgain, events.retried, { at: start, attempt: 2 }).changed).toBe(false);
    expect(transition(failedAgain, events.retried, { at: start }).record.attempt).toBe(3);
  });

  it("makes a partial answer whole in a further attempt", () => {
    const whole = recordAfter(["planned", "collecting", "packing", "partial", "retried", ...ways.delivered]);
    expect(whole).toMatchObject({
      state: "delivered",
      attempt: 2,
      delivery: { completeness: "complete", bytes: 1234 },
    });
  });

  it("extends the term once, by no more than the law gives, when the person was told in time", () => {
    const record = received();
    const extended = transition(record, events.extended, { at: start }).record;
    expect(extended).toMatchObject({
      state: "received",
      extension: { until: "2026-04-30T09:00:00.000Z" },
      revision: 2,
    });
    expect(transition(extended, events.extended, { at: start }).changed).toBe(false);
    const delivered = recordAfter(ways.delivered, extended);
    expect(transition(delivered, events.extended, { at: start }).changed).toBe(false);
    const wrong = (event: Partial<WorkflowEvent & { type: "extended" }>, from = record) =>
      thrown(() => transition(from, { ...events.extended, ...event }, { at: start })).context.pointer;
    expect(wrong({ reason: "number-of-requests" }, extended)).toBe("/until");
    expect(wrong({ until: "2026-04-30T09:00:00.001Z" })).toBe("/until");
    expect(wrong({ until: "2026-02-28T09:00:00Z" })).toBe("/until");
    expect(wrong({ noticeAt: "2026-02-28T09:00:00.001Z" })).toBe("/noticeAt");
    expect(wrong({ noticeAt: "2026-01-31T08:59:59Z" })).toBe("/noticeAt");
    expect(wrong({}, received({ regulation: "lgpd" }))).toBe("/until");
  });

  it("refuses a malformed event, with its pointer and not its value", () => {
    const malformed: [unknown, string][] = [
      [{ type: "lost" }, "/type"],
      [{ type: "planned" }, ""],
      [{ type: "planned", parts: -1 }, "/parts"],
      [{ type: "failed", code: "ada@example.org", retryable: true }, "/code"],
      [{ ...events.cancelled, reason: "she said so" }, "/reason"],
      [{ ...events.extended, reason: "she said so" }, "/reason"],
      [{ type: "packing", note: "for ada" }, ""],
    ];
    for (const [event, pointer] of malformed) {
      const error = thrown(() => transition(received(), event as WorkflowEvent, { at: start }));
      expect(error.code).toBe("TRANSITION_INVALID");
      expect(error.context.pointer).toBe(pointer);
      expect(error.message).not.toMatch(/ada|she/);
    }
  });

  it("refuses a malformed request, and one whose terms nobody knows", () => {
    const pointer = (request: object, at = start) =>
      thrown(() => receiveRequest({ id: requestId, type: "access", ...request }, { at })).context.pointer;
    expect(pointer({ id: "ada" })).toBe("/id");
    expect(pointer({ type: "erasure" })).toBe("/requestType");
    expect(pointer({ receivedAt: "yesterday" })).toBe("/receivedAt");
    expect(pointer({ regulation: "pipeda" })).toBe("/regulation");
    expect(pointer({ regulation: "Her law", dueAt: "2026-03-01T00:00:00Z" })).toBe("/regulation");
    expect(pointer({}, Number.NaN)).toBe("/receivedAt");
    const own = receiveRequest(
      { id: requestId, type: "access", regulation: "pipeda", dueAt: "2026-03-01T00:00:00Z" },
      { at: start },
    );
    expect(own).toMatchObject({ dueAt: "2026-03-01T00:00:00.000Z", extensibleUntil: null });
  });

  it("tells its steps from the events, the report and the error of an export", () => {
    const about = { requestId, run: 1 };
    const bundleId = `urn:uuid:${requestId}`;
    expect(stepsOf({ ...about, type: "started", requestType: "access", bundleId, datasets: ["a", "b"] })).toEqual([
      { type: "planned", parts: 2 },
      { type: "collecting" },
    ]);
    expect(stepsOf({ ...about, type: "assembled", dataset: "a", compressedBytes: 1 })).toEqual([{ type: "packing" }]);
    expect(stepsOf({ ...about, type: "page", dataset: "a", records: 1, read: 1 })).toEqual([]);
    const bundle = { bytes: 1234, sha256: "ab".repeat(32), entries: 9, parts: 1, envelope: null };
    expect(deliveredEvent({ bundle, completeness: "complete" })).toEqual(events.delivered);
    expect(thrown(() => deliveredEvent({ bundle: null, completeness: null })).code).toBe("TRANSITION_INVALID");
    expect(failedEvent(new PortmanteauError("SOURCE_UNAVAILABLE", "…", { retryable: true }))).toEqual(events.failed);
    expect(failedEvent(new Error("ada@example.org"))).toEqual({ type: "failed", code: "UNKNOWN", retryable: false });
  });
});

describe("any sequence of events", () => {
  const one = fc.record({
    name: fc.constantFrom(...names),
    attempt: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    facts: fc.boolean(),
  });
  /** Some sense, so that late states are reached: runs of the usual way, with anything between. */
  const sequence = fc
    .array(
      fc.oneof(
        one.map((step) => [step]),
        fc
          .constantFrom(...states)
          .map((state) => ways[state].map((name) => ({ name, attempt: undefined, facts: true }))),
      ),
      { maxLength: 12 },
    )
    .map((runs) => runs.flat());

  it("never leaves the table, is replayed to the same record, and stays where it ended", () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(sequence, (steps) => {
        let record = received();
        for (const [index, { name, attempt, facts }] of steps.entries()) {
          const event: WorkflowEvent =
            name === "failed" && !facts ? { ...events.failed, code: "INCOMPLETE" } : events[name];
          const before = record;
          try {
            const { record: next, changed } = transition(before, event, {
              at: start + index,
              ...(attempt === undefined ? {} : { attempt }),
            });
            if (changed) expect(next.state).toBe(expected(name, before.state));
            else expect(next).toBe(before);
            if (isTerminal(before.state)) expect(changed).toBe(false);
            expect(next.revision).toBe(before.revision + (changed ? 1 : 0));
            expect(transition(next, event, { at: 0, attempt: attempt ?? next.attempt }).changed).toBe(false);
            record = next;
          } catch (error) {
            if (!PortmanteauError.is(error) || error.code !== "TRANSITION_INVALID") throw error;
          }
        }
        reached.add(record.state);
        expect(replay(record.history)).toEqual(record);
        expect(requestRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
        // The whole history once more, as a queue that delivers everything twice would.
        const again = record.history.reduce(
          (current, { event, attempt }) => transition(current, event, { at: 0, attempt }).record,
          record,
        );
        expect(again).toBe(record);
      }),
      { numRuns: 500, seed: 20260131 },
    );
    expect(reached.size).toBe(states.length);
  });
});

describe("a record out of a store", () => {
  it("is refused when anything of it is not what its history makes", () => {
    const record = recordAfter(ways.delivered);
    const pointer = (change: object) =>
      thrown(() => requestRecord({ ...structuredClone(record), ...change })).context.pointer;
    expect(requestRecord(structuredClone(record))).toEqual(record);
    expect(pointer({ state: "packing" })).toBe("/state");
    expect(pointer({ revision: 4 })).toBe("/revision");
    expect(pointer({ dueAt: "2027-01-01T00:00:00.000Z" })).toBe("/dueAt");
    expect(pointer({ subject: { id: "ada" } })).toBe("");
    expect(pointer({ history: [] })).toBe("/history");
    const forged = { ...record.history[4], to: "partial" };
    expect(pointer({ state: "partial", history: record.history.toSpliced(4, 1, forged as HistoryEntry) })).toBe(
      "/history",
    );
    expect(pointer({ history: record.history.toSpliced(1, 1) })).toBe("/history");
    expect(pointer({ history: [...record.history, ...record.history.slice(-1)] })).toBe("/history");
    expect(thrown(() => requestRecord("{}")).code).toBe("REQUEST_INVALID");
  });
});
