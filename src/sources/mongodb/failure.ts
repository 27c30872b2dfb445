import { PortmanteauError } from "../../model/errors.ts";

/** Lost servers, elections, killed cursors: what the next try meets no more. */
const passing = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  43, // CursorNotFound
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  237, // CursorKilled
  262, // ExceededTimeLimit
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);
const maxTimeExpired = 50;
const snapshotGone = new Set([239, 246]); // SnapshotUnavailable, SnapshotTooOld
const disconnected =
  /^Mongo(?:Network|NetworkTimeout|ServerSelection|ServerClosed|TopologyClosed|ClientClosed|NotConnected|PoolClosed|PoolCleared|PoolClearedOnNetwork|WaitQueueTimeout)Error$/;

/**
 * The error to throw for one of the driver's or of the caller's functions. Its message is our own: a server's can quote values.
 *
 * @param what What failed, as the subject of a sentence: "The query"
 */
export function failure(cause: unknown, what: string): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const {
    name = "",
    code,
    codeName,
  } = (cause instanceof Error ? cause : {}) as {
    readonly name?: string;
    readonly code?: unknown;
    readonly codeName?: unknown;
  };
  const label = typeof codeName === "string" && /^\w{1,60}$/.test(codeName) ? codeName : code;
  const isNumber = typeof code === "number";
  const said = isNumber ? ` (${String(label)})` : "";
  if (code === maxTimeExpired || name === "MongoOperationTimeoutError")
    return new PortmanteauError("SOURCE_TIMEOUT", `${what} took too long for MongoDB${said}.`, {
      retryable: true,
      cause,
    });
  if (disconnected.test(name) || (isNumber && passing.has(code)))
    return new PortmanteauError("SOURCE_UNAVAILABLE", `${what} was broken off, or found no server${said}.`, {
      retryable: true,
      cause,
    });
  if (isNumber && snapshotGone.has(code))
    return new PortmanteauError(
      "SOURCE_UNAVAILABLE",
      `${what} needs a snapshot that the server has no longer${said}. Raise minSnapshotHistoryWindowInSeconds, and export again.`,
      { cause },
    );
  return new PortmanteauError(
    "SOURCE_FAILED",
    isNumber ? `${what} was refused by MongoDB${said}.` : `${what} failed.`,
    {
      cause,
    },
  );
}
