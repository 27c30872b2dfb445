import { PortmanteauError } from "../model/errors.ts";
import type { RequestRecord } from "../model/generated/request-record.ts";
import { isOpen } from "./transitions.ts";

interface Term {
  readonly unit: "months" | "days";
  readonly length: number;
  /** Of the first term and its extension together; nothing where the law knows no extension. */
  readonly extended?: number;
}

const gdpr: Term = { unit: "months", length: 1, extended: 3 };
const ccpa: Term = { unit: "days", length: 45, extended: 90 };

/** The terms of the laws that are known here. */
const terms: Readonly<Record<string, Term>> = {
  gdpr, // Art. 12(3): one month of receipt, and two further months
  "eu-gdpr": gdpr,
  "uk-gdpr": gdpr, // the same article
  ccpa, // § 1798.130(a)(2)(A), regulations § 7021(b): 45 calendar days, and 45 more
  cpra: ccpa,
  lgpd: { unit: "days", length: 15 }, // Art. 19, II
};

/** The regulations whose terms `dueDates` knows. */
export const knownRegulations: readonly string[] = Object.keys(terms);

/** How a term is counted. */
export interface DueOptions {
  /**
   * A day, `YYYY-MM-DD`, to the first working day that is not before it. A term that ends on a holiday or a weekend then ends with it
   * (Regulation 1182/71, Art. 3(4)); see `workingDays`. Default: terms end as they fall, which is never later.
   */
  readonly nextWorkingDay?: (day: string) => string;
  /** IANA name of the time zone whose days count. Default: `UTC`. */
  readonly timeZone?: string;
  /** How far an extension goes, in months, where the law counts it in months: 1 or 2. Default 2. */
  readonly extensionMonths?: 1 | 2;
}

/** When a request must be answered. */
export interface DueDates {
  /** ISO 8601, UTC. The notice of an extension must be given by then, too. */
  readonly dueAt: string;
  /** ISO 8601, UTC: how far an extension may reach; null where the law knows none. */
  readonly extendedUntil: string | null;
}

/**
 * When a request must be answered. The day of receipt is not counted: a month ends on the day of the same number, or on the month's last
 * where it has none (Regulation 1182/71, Art. 3(2)(c)), an extended one three months after receipt. The time of the day is that of
 * receipt, which is before the term's end at midnight.
 *
 * @param regulation `gdpr`, `uk-gdpr`, `ccpa` or `lgpd`, in any case
 * @param receivedAt ISO 8601
 * @throws {PortmanteauError} `REQUEST_INVALID` when the regulation is not one of them, or the time cannot be read
 * @example
 * ```ts
 * dueDates("gdpr", "2025-01-31T09:00:00Z"); // { dueAt: "2025-02-28T09:00:00.000Z", extendedUntil: "2025-04-30T09:00:00.000Z" }
 * dueDates("gdpr", "2025-02-01T09:00:00Z", { nextWorkingDay: workingDays(holidays) }).dueAt; // the 3rd of March: the 1st is a Saturday
 * ```
 */
export function dueDates(regulation: string, receivedAt: string, options: DueOptions = {}): DueDates {
  const term = Object.hasOwn(terms, regulation.toLowerCase()) ? terms[regulation.toLowerCase()] : undefined;
  if (term === undefined)
    throw new PortmanteauError(
      "REQUEST_INVALID",
      `The terms of this regulation are not known; known are ${knownRegulations.join(", ")}. Give dueAt with the request.`,
      { context: { pointer: "/regulation" } },
    );
  const received = Date.parse(receivedAt);
  if (Number.isNaN(received))
    throw new PortmanteauError("REQUEST_INVALID", "receivedAt is not a time in ISO 8601.", {
      context: { pointer: "/receivedAt" },
    });
  const { unit, length, extended } = term;
  const { extensionMonths = 2 } = options;
  const longest = extended === undefined ? null : unit === "months" ? length + extensionMonths : extended;
  return {
    dueAt: endOf(received, unit, length, options),
    extendedUntil: longest === null ? null : endOf(received, unit, longest, options),
  };
}

function endOf(received: number, unit: Term["unit"], length: number, { nextWorkingDay, timeZone = "UTC" }: DueOptions) {
  const end = new Date(received + offsetAt(received, timeZone)); // the wall clock, as if it were UTC
  if (unit === "days") end.setUTCDate(end.getUTCDate() + length);
  else {
    const day = end.getUTCDate();
    end.setUTCMonth(end.getUTCMonth() + length);
    if (end.getUTCDate() !== day) end.setUTCDate(0);
  }
  if (nextWorkingDay !== undefined) {
    const last = end.toISOString().slice(0, 10);
    const working = nextWorkingDay(last);
    if (!/^\d{4}-\d{2}-\d{2}$/.test(working) || !(Date.parse(working) >= Date.parse(last)))
      throw new PortmanteauError("CONFIG_INVALID", "nextWorkingDay gave no day, or one before the day it was given.");
    end.setTime(end.getTime() + Date.parse(working) - Date.parse(last));
  }
  return new Date(end.getTime() - offsetAt(end.getTime() - offsetAt(end.getTime(), timeZone), timeZone)).toISOString();
}

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. */
function offsetAt(time: number, timeZone: string): number {
  if (timeZone === "UTC") return 0;
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const name = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  const [, sign, hours, minutes = "0", seconds = "0"] = /^GMT([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(name) ?? [];
  const ahead = ((Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -ahead : ahead;
}

/**
 * For `nextWorkingDay`: every day but Saturdays, Sundays and these.
 *
 * @param holidays days as `YYYY-MM-DD`
 * @example
 * ```ts
 * workingDays(["2025-04-18", "2025-04-21"])("2025-04-18"); // "2025-04-22": Good Friday, the weekend, Easter Monday
 * ```
 */
export function workingDays(holidays: Iterable<string> = []): (day: string) => string {
  const free = new Set(holidays);
  return (day) => {
    const date = new Date(`${day}T00:00:00Z`);
    while ([0, 6].includes(date.getUTCDay()) || free.has(date.toISOString().slice(0, 10))) {
      date.setUTCDate(date.getUTCDate() + 1);
    }
    return date.toISOString().slice(0, 10);
  };
}

/** When the request must be answered, its extension included: ISO 8601, UTC. */
export function dueAtOf({ dueAt, extension }: RequestRecord): string {
  return extension?.until ?? dueAt;
}

/** Milliseconds until the answer is due, negative when it is late; null when the person waits no more. `now` in milliseconds since 1970. */
export function dueIn(record: RequestRecord, now: number): number | null {
  return isOpen(record.state) ? Date.parse(dueAtOf(record)) - now : null;
}

/** Whether the person waits, and the term is over. */
export function isOverdue(record: RequestRecord, now: number): boolean {
  const left = dueIn(record, now);
  return left !== null && left < 0;
}

const lowestPriority = 2_097_152;

/**
 * The place of a request in a queue: the whole hours until it is due, from 1 (overdue, or within the hour), the sooner the smaller; at most
 * 2,097,152, also for what waits no more. These are BullMQ's priorities; for a queue where larger comes first, take its negative.
 */
export function priorityOf(record: RequestRecord, now: number): number {
  const left = dueIn(record, now) ?? Number.POSITIVE_INFINITY;
  return Math.min(Math.max(Math.ceil(left / 3_600_000), 1), lowestPriority);
}
