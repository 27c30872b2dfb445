import { activePeople, mainSubject, mainSubjectEmail, type Person } from "./people.ts";
import type { Random } from "./random.ts";
import { day, dayMs, number, type Row, timestamp } from "./row.ts";
import { providerToken } from "./secrets.ts";

export const billingProfiles: readonly Row[] = activePeople.map(billingProfileOf);

export const paymentMethods: readonly Row[] = [1, 2].flatMap((n) =>
  activePeople.map((person, index) => paymentMethodOf(person, index, n)),
);

function addressOf({ city, country, id }: Person, moved: boolean): Row {
  return {
    line1: moved ? `Unit "B", 7 New Quay\r\nthe blue door` : "12 Old Harbour Road",
    line2: moved ? "" : null,
    city,
    region: id === mainSubject && moved ? "＠Leinster" : null,
    postal_code: moved ? "007" : null,
    country,
  };
}

function billingProfileOf(person: Person, index: number): Row {
  return {
    id: `bil_${number(index + 1, 4)}`,
    account_id: person.id,
    name: person.name,
    organization_name: person.organizationName,
    email: person.id === mainSubject ? mainSubjectEmail.replace("@", "+billing@") : person.email,
    ...addressOf(person, true),
    tax_id: person.id === mainSubject ? "IE0000000XX" : null,
    currency: "EUR",
    created_at: "2022-07-01T08:00:00Z",
    updated_at: "2024-05-17T10:30:00.25Z",
  };
}

function paymentMethodOf(person: Person, index: number, n: number): Row {
  return {
    id: `pay_${number(n * 100 + index, 4)}`,
    account_id: person.id,
    provider: "Tallybox",
    provider_token: providerToken(person, n),
    brand: n === 1 ? "visa" : "mastercard",
    last4: number((index * 37 + n) % 100, 4),
    expiry_month: 1 + ((index + n * 5) % 12),
    expiry_year: 2024 + n * 2,
    is_default: n === 2,
    added_at: timestamp(Date.UTC(2020 + n * 2, 6, 1, 8)),
    removed_at: n === 1 ? "2024-06-30T23:59:59.999999Z" : null,
  };
}

const catalogue = [
  { unit: "Compute, per hour", priceMicros: 31_250 },
  { unit: "Memory, per GiB-hour", priceMicros: 4_900 },
  { unit: "Requests, each", priceMicros: 25 },
  { unit: "Egress, per GiB", priceMicros: 80_000 },
  { unit: "Managed database, per month", priceMicros: 19_000_000 },
] as const;
const appNames = ["storefront", "=1+1", "@home", "api, v2", 'the "blog"', "-worker", "データ", "__proto__"] as const;

export function invoicesAndLines(random: Random): { invoices: Row[]; lines: Row[] } {
  const invoices: Row[] = [];
  const lines: Row[] = [];
  const cents = (value: number): string => (value / 100).toFixed(2);

  // Forty months for the main subject, who came first; a few less for each of the others.
  for (let month = 0; month < 40; month++) {
    const billed = activePeople.filter((person, index) => person.id === mainSubject || month >= 4 * (index + 2));
    for (const person of random.shuffle(billed)) {
      const id = `inv_${number(invoices.length + 1, 6)}`;
      const issued = Date.UTC(2022, 7 + month, 1, 2, 30);
      const isCredit = person.id === mainSubject && month === 21;
      const isLast = month === 39;
      let subtotal = 0;
      const count = isCredit ? 1 : person.id === mainSubject ? 1 + (month % 12) : random.integer(1, 12);
      for (let position = 1; position <= count; position++) {
        const { unit, priceMicros } = random.pick(catalogue);
        const quantityThousandths = random.integer(1, 720_000) * (isCredit ? -1 : 1);
        const amount = Math.round((quantityThousandths * priceMicros) / 1e7);
        const overTime = random.chance(0.8);
        subtotal += amount;
        lines.push({
          invoice_id: id,
          position,
          description: `${random.pick(appNames)}: ${unit}`,
          quantity: (quantityThousandths / 1000).toFixed(3),
          unit_price: (priceMicros / 1e6).toFixed(6),
          amount: cents(amount),
          period_from: overTime ? day(Date.UTC(2022, 6 + month, 1)) : null,
          period_to: overTime ? day(Date.UTC(2022, 7 + month, 0)) : null,
        });
      }
      const tax = Math.round(subtotal * 0.23);
      const status = isLast
        ? "open"
        : isCredit || random.chance(0.95)
          ? "paid"
          : random.pick(["void", "uncollectible"]);
      invoices.push({
        id,
        account_id: person.id,
        number: `VK-${new Date(issued).getUTCFullYear()}-${number(invoices.length + 1, 5)}`,
        status,
        currency: "EUR",
        subtotal: cents(subtotal),
        tax: cents(tax),
        total: cents(subtotal + tax),
        ...addressOf(person, month >= 22),
        issued_at: timestamp(issued),
        due_at: isCredit ? null : timestamp(issued + 14 * dayMs),
        paid_at: status === "paid" ? timestamp(issued + random.integer(0, 14 * dayMs), random.integer(0, 999)) : null,
      });
    }
  }
  return { invoices, lines };
}
