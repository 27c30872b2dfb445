import { dueAtOf, dueDates, dueIn, isOverdue, priorityOf, transition, workingDays } from "portmanteau/workflow";
import { describe, expect, it } from "vitest";
import { events, received, recordAfter, start, ways } from "./requests.ts";

const days = (regulation: string, receivedAt: string, options = {}) => {
  const { dueAt, extendedUntil } = dueDates(regulation, receivedAt, options);
  return [dueAt.slice(0, 10), extendedUntil?.slice(0, 10) ?? null];
};

describe("due dates", () => {
  it("end a month on the day of the same number, or on the month's last (GDPR)", () => {
    expect(days("gdpr", "2025-03-05T12:00:00Z")).toEqual(["2025-04-05", "2025-06-05"]);
    expect(days("gdpr", "2025-08-31T12:00:00Z")).toEqual(["2025-09-30", "2025-11-30"]);
    expect(days("gdpr", "2025-01-31T12:00:00Z")).toEqual(["2025-02-28", "2025-04-30"]);
    expect(days("GDPR", "2024-01-31T12:00:00Z")).toEqual(["2024-02-29", "2024-04-30"]);
    expect(days("uk-gdpr", "2025-12-31T12:00:00Z")).toEqual(["2026-01-31", "2026-03-31"]);
    expect(days("gdpr", "2025-11-30T12:00:00Z", { extensionMonths: 1 })).toEqual(["2025-12-30", "2026-01-30"]);
  });

  it("count days where the law does: 45 and 90 (CCPA), 15 and no more (LGPD)", () => {
    expect(days("ccpa", "2026-01-15T12:00:00Z")).toEqual(["2026-03-01", "2026-04-15"]);
    expect(days("lgpd", "2026-02-20T12:00:00Z")).toEqual(["2026-03-07", null]);
  });

  it("go on to the next working day, over weekends and holidays together", () => {
    const nextWorkingDay = workingDays(["2025-04-18", "2025-04-21"]);
    expect(days("gdpr", "2025-03-18T12:00:00Z", { nextWorkingDay })[0]).toBe("2025-04-22");
    expect(days("gdpr", "2025-03-17T12:00:00Z", { nextWorkingDay })[0]).toBe("2025-04-17");
    expect(days("gdpr", "2025-02-01T12:00:00Z", { nextWorkingDay })[0]).toBe("2025-03-03");
    expect(() => dueDates("gdpr", "2025-02-01T12:00:00Z", { nextWorkingDay: () => "2025-02-28" })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });

  it("count the days of the controller's time zone, also over a change of its clocks", () => {
    // 00:30 on the 31st in Berlin is the 30th in UTC: a month ends on the 28th, and not on the 1st of March there.
    expect(dueDates("gdpr", "2025-01-30T23:30:00Z", { timeZone: "Europe/Berlin" }).dueAt).toBe(
      "2025-02-27T23:30:00.000Z",
    );
    expect(dueDates("gdpr", "2025-03-15T12:00:00Z", { timeZone: "Europe/Berlin" }).dueAt).toBe(
      "2025-04-15T11:00:00.000Z",
    );
    expect(dueDates("ccpa", "2026-01-31T04:00:00Z", { timeZone: "America/Los_Angeles" }).dueAt).toBe(
      "2026-03-17T03:00:00.000Z",
    );
  });

  it("are refused for a law that is not known, even one that every object has", () => {
    for (const regulation of ["pipeda", "constructor", ""])
      expect(() => dueDates(regulation, "2025-03-05T12:00:00Z")).toThrow(
        expect.objectContaining({ code: "REQUEST_INVALID", context: { pointer: "/regulation" } }),
      );
  });

  it("tell what is late, and what comes first", () => {
    const record = received();
    const due = Date.parse(record.dueAt);
    expect([dueIn(record, due - 5), isOverdue(record, due), isOverdue(record, due + 1)]).toEqual([5, false, true]);
    const extended = transition(record, events.extended, { at: start }).record;
    expect(dueAtOf(extended)).toBe("2026-04-30T09:00:00.000Z");
    expect([isOverdue(extended, due + 1), isOverdue(recordAfter(ways.delivered), due + 1)]).toEqual([false, false]);
    expect(dueIn(recordAfter(ways.cancelled), due)).toBeNull();
    expect(priorityOf(record, due + 9e9)).toBe(1);
    expect(priorityOf(record, due - 3 * 3_600_000)).toBe(3);
    expect(priorityOf(extended, due)).toBeGreaterThan(priorityOf(record, due));
    expect(priorityOf(recordAfter(ways.expired), due)).toBe(2_097_152);
  });
});
