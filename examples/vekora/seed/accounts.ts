import { activePeople, mainSubject, newSubject, organizations, type Person, people } from "./people.ts";
import { number, type Row, timestamp } from "./row.ts";
import { passwordHash, totpSecret } from "./secrets.ts";

export const accounts: readonly Row[] = people.map(accountOf);

function accountOf(person: Person): Row {
  const isMain = person.id === mainSubject;
  return {
    id: person.id,
    email: person.email,
    email_verified: person.id !== newSubject,
    password_hash: passwordHash(person),
    totp_secret: totpSecret(person),
    display_name: person.name,
    organization_name: person.organizationName,
    locale: person.locale,
    timezone: person.timezone,
    status: "active",
    wants_newsletter: isMain,
    wants_product_updates: false,
    risk_score: isMain ? "0.125" : null,
    created_at: "2022-06-30T07:41:09.123456Z",
    last_sign_in_at: activePeople.includes(person) ? "2025-11-22T19:03:44.5Z" : null,
  };
}

export const memberships: readonly Row[] = (
  [
    [0, "org_5QRX", "owner", null],
    [0, "org_2KD7", "viewer", 3],
    [1, "org_8STA", "owner", null],
    [2, "org_5QRX", "member", 0],
    [3, "org_2KD7", "owner", null],
    [3, "org_5QRX", "admin", 0],
    [5, "org_8STA", "billing", 1],
  ] as const
).map(([person, organization_id, role, inviter], index) => ({
  account_id: activePeople[person]!.id,
  organization_id,
  role,
  invited_by: inviter === null ? null : activePeople[inviter]!.id,
  joined_at: timestamp(Date.UTC(2022, 6 + index, 1, 9)),
}));

// Customer Data: what customers host.
export const deployments: readonly Row[] = organizations.map(({ id }, index) => ({
  id: `dep_${number(index + 1, 4)}`,
  organization_id: id,
  image: `registry.vekora.example/CUSTOMERDATA-IMAGE:${index + 1}`,
  environment: { API_KEY: `CUSTOMERDATA-ENV-${index + 1}` },
  created_at: "2025-01-15T12:00:00Z",
}));

export const customerDatabases: readonly Row[] = organizations.map(({ id }, index) => ({
  id: `cdb_${number(index + 1, 4)}`,
  organization_id: id,
  name: "orders",
  content: `\\x${Buffer.from(`CUSTOMERDATA-ROWS-${index + 1}`).toString("hex")}`,
  created_at: "2025-01-15T12:00:00Z",
}));
