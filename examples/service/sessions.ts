import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * A STUB: it believes whoever says who they are, and forgets everybody when it ends. Put your login in its place; nothing else has to change.
 * For a request of this weight ask for the password again when the login is not fresh.
 */
export function stubSessions(accounts: readonly string[]) {
  const accountOf = new Map<string, string>();
  const idOf = ({ headers }: IncomingMessage) => /(?:^|; )session=([\w-]+)/.exec(headers.cookie ?? "")?.[1] ?? "";
  return {
    accounts,
    /** Whose session a request is of. */
    of: (request: IncomingMessage): string | undefined => accountOf.get(idOf(request)),
    /** @returns the cookie. Behind TLS add `; Secure` */
    begin(account: string): string {
      const id = randomBytes(32).toString("base64url");
      accountOf.set(id, account);
      return `session=${id}; Path=/; HttpOnly; SameSite=Lax`;
    },
    end: (request: IncomingMessage) => void accountOf.delete(idOf(request)),
  };
}
export type Sessions = ReturnType<typeof stubSessions>;
