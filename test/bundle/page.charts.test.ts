import { describe, expect, it } from "vitest";
import { activityChart } from "../../src/bundle/page/charts.ts";
import { languageOf } from "../../src/bundle/page/language.ts";

const english = languageOf("en");
const chart = (counts: Readonly<Record<string, number>>) =>
  activityChart(new Map(Object.entries(counts)), "Notes", english)?.markup ?? "";

describe("a chart of activity", () => {
  it("says which month has the most records, and has a bar for each month that has any", () => {
    const drawn = chart({ "2026-01": 2, "2026-03": 8 });
    expect(drawn).toContain("Most in Mar 2026: 8.");
    expect(drawn).toContain('viewBox="0 0 3 100"');
    expect(drawn.match(/h\.8/g)).toHaveLength(2);
  });

  it("names none where all have as many", () => {
    const drawn = chart({ "2026-01": 2, "2026-02": 2 });
    expect(drawn).toContain("<figure");
    expect(drawn).not.toContain("Most in");
  });

  it("is not there for a single month", () => {
    expect(chart({ "2026-01": 2 })).toBe("");
  });

  it("has a bar for years where there are too many months", () => {
    expect(chart({ "2010-05": 1, "2026-03": 8 })).toContain('viewBox="0 0 17 100"');
  });
});
