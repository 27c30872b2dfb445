import { userAgents } from "./hostile-text.ts";
import { activePeople, mainSubject, type Person } from "./people.ts";
import type { Random } from "./random.ts";
import { dayMs, now, number, type Row, timestamp } from "./row.ts";
import { sessionCount, tokenHash } from "./secrets.ts";

export function sessions(random: Random): Row[] {
  return Array.from({ length: sessionCount }, (_, index) => {
    const person = ownerOf(random, 0.4);
    const created = now - (sessionCount - index) * 2 * dayMs + random.integer(0, dayMs);
    const ended = random.chance(0.6);
    return {
      id: `ses_${number(index + 1, 6)}`,
      account_id: person.id,
      token_hash: tokenHash(index + 1),
      ip_address: random.pick(person.ipAddresses),
      user_agent: random.pick(userAgents),
      created_at: timestamp(created, random.integer(0, 999)),
      last_seen_at: timestamp(created + 3 * 60 * 60 * 1000),
      expires_at: timestamp(created + 30 * dayMs),
      ended_at: ended ? timestamp(created + 4 * 60 * 60 * 1000) : null,
    };
  });
}

const requestPaths = ["/v1/apps", "/v1/apps/storefront/deploys", "/v1/apps/storefront/logs", "/v1/databases", "/v1/me"];
const hostilePaths = [
  "/v1/apps/__proto__",
  '/v1/apps/api, "v2"',
  "/v1/apps/=1+1",
  "/v1/apps/データ",
  "/v1/</script><script>",
];

export function apiRequestLog(random: Random, count: number): Row[] {
  // Keys of this log come from a counter over all regions and have passed 2^53: a JavaScript number cannot hold them.
  const firstId = 2n ** 53n - 5_000n;
  const spanMs = 390 * dayMs;
  return Array.from({ length: count }, (_, index) => {
    const person = ownerOf(random, 0.66);
    const occurred = now - spanMs + Math.floor((index / count) * spanMs) + random.integer(0, 5_000);
    const isUpload = random.chance(0.001);
    return {
      id: String(firstId + BigInt(index)),
      account_id: person.id,
      occurred_at: timestamp(occurred, random.integer(0, 999)),
      method: random.pick(["GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE"]),
      path: random.pick(random.chance(0.02) ? hostilePaths : requestPaths),
      status: random.pick([200, 200, 200, 200, 201, 204, 304, 400, 401, 404, 409, 429, 500, 503]),
      duration_ms: random.integer(0, 2_000_000) / 1000,
      request_bytes: random.chance(0.3) ? null : isUpload ? 5_368_709_120 : random.integer(0, 4_096),
      response_bytes: random.chance(0.05) ? null : random.integer(0, 1_048_576),
      ip_address: random.pick(person.ipAddresses),
      user_agent: random.pick(userAgents),
      region: random.pick(["eu-west", "eu-north", "us-east", "", null]),
    };
  });
}

/** The main subject with this probability, otherwise any of the others. */
function ownerOf(random: Random, mainShare: number): Person {
  const isMain = random.chance(mainShare);
  return random.pick(activePeople.filter(({ id }) => (id === mainSubject) === isMain));
}
