import { activePeople, type Person, people } from "./people.ts";
import { number } from "./row.ts";

export const sessionCount = 180;

// Secrets carry a mark by which they would be found anywhere in a bundle.
export const passwordHash = ({ id }: Person): string => `$2b$12$SECRET-HASH-${id}`;
export const totpSecret = ({ id }: Person): string => `SECRETOTP${id.slice(4)}`;
export const providerToken = ({ id }: Person, n: number): string => `tok_live_SECRET${id.slice(4)}_${n}`;
export const tokenHash = (n: number): string => `sha256:SECRETSESSION${number(n, 6)}`;

/** Every secret in the database, of everybody: none may be in any bundle. */
export const seededSecrets: readonly string[] = [
  ...people.flatMap((person) => [passwordHash(person), totpSecret(person)]),
  ...activePeople.flatMap((person) => [providerToken(person, 1), providerToken(person, 2)]),
  ...Array.from({ length: sessionCount }, (_, index) => tokenHash(index + 1)),
];
/** Marks in what customers host: Vekora is its processor, so it is in no bundle. */
export const customerDataMarkers: readonly string[] = ["CUSTOMERDATA-IMAGE", "CUSTOMERDATA-ENV", "CUSTOMERDATA-ROWS"];
