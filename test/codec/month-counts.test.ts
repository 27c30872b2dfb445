import { describe, expect, it } from "vitest";
import { MonthCounts, monthList, monthsIn, mostMonths } from "../../src/codec/month-counts.ts";

const month = (index: number) =>
  `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;

function counted(instants: readonly string[], start: ReadonlyMap<string, number> | undefined = new Map()): MonthCounts {
  const counts = new MonthCounts(start);
  for (const instant of instants) counts.add(instant);
  return counts;
}

describe("counts by month", () => {
  it("counts whatever the order, and gives the months in theirs", () => {
    const counts = counted([
      "2026-03-01T00:00:00Z",
      "2026-03-31T23:59:59.9Z",
      "2025-12-01T00:00:00Z",
      "2026-03-02T00:00:00Z",
    ]);
    expect([...(counts.counts ?? [])]).toEqual([
      ["2025-12", 1],
      ["2026-03", 3],
    ]);
    counts.add("2026-03-03T00:00:00Z"); // being asked changes nothing
    expect(counts.counts?.get("2026-03")).toBe(4);
  });

  it("goes on where it was put down, and adds those of other parts", () => {
    const kept = monthsIn(JSON.parse(JSON.stringify(monthList(counted(["2026-01-01T00:00:00Z"]).counts))));
    const counts = counted(["2026-01-02T00:00:00Z"], kept);
    counts.addAll(new Map([["2024-01", 5]]));
    expect([...(counts.counts ?? [])]).toEqual([
      ["2024-01", 5],
      ["2026-01", 2],
    ]);
  });

  it("gives up when there are too many months, and stays so, however the records are divided", () => {
    const all = Array.from({ length: mostMonths + 1 }, (_, index) => `${month(index)}-01T00:00:00Z`);
    expect(counted(all.slice(1)).counts?.size).toBe(mostMonths);
    const over = counted(all);
    expect(over.counts).toBeUndefined();
    over.add("2026-01-01T00:00:00Z");
    expect(monthsIn(monthList(over.counts))).toBeUndefined();
    const joined = new MonthCounts(new Map());
    joined.addAll(counted(all.slice(0, 700)).counts);
    joined.addAll(counted(all.slice(700)).counts);
    expect(joined.counts).toBeUndefined();
    joined.addAll(new Map([["2026-01", 1]]));
    expect(joined.counts).toBeUndefined();
  });
});
