import { activePeople } from "./people.ts";
import type { Random } from "./random.ts";
import { dayMs, number, type Row, timestamp } from "./row.ts";

export function cookiePreferences(random: Random): Row[] {
  const rows: Row[] = [];
  for (const [version, policy_version] of ["2023-01", "2024-03", "2025-11"].entries()) {
    for (const person of activePeople) {
      const cookie_id = random.pick([`ck_${random.hex(24)}`, "", null]);
      for (const category of ["necessary", "preferences", "statistics", "marketing"]) {
        const chosen = Date.UTC(2023 + version, 2, 5, 10, 20, 30, random.integer(0, 999));
        rows.push({
          id: `cpr_${number(rows.length + 1, 5)}`,
          account_id: person.id,
          category,
          granted: category === "necessary" || random.chance(0.4),
          policy_version,
          cookie_id,
          chosen_at: timestamp(chosen),
          expires_at: category === "necessary" ? null : timestamp(chosen + 365 * dayMs),
        });
      }
    }
  }
  return rows;
}

export function consents(): Row[] {
  const asked = ["newsletter", "product updates", "statistics cookies", "marketing cookies", "a call about '=SUM(A1)'"];
  return asked.flatMap((purpose, round) =>
    activePeople.map((person, index) => ({
      id: `con_${number(round * activePeople.length + index + 1, 4)}`,
      account_id: person.id,
      purpose,
      granted: (round + index) % 3 !== 0,
      text_version: "2023-01",
      method: round < 2 ? "sign-up form" : "cookie banner",
      given_at: timestamp(Date.UTC(2023, round, 4, 12)),
      withdrawn_at: (round + index) % 3 === 1 ? timestamp(Date.UTC(2024, round, 9, 12)) : null,
    })),
  );
}
