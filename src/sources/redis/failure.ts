import { PortmanteauError } from "../../model/errors.ts";
import { unreachableCodes } from "../../model/source-error.ts";

/** The server is busy with itself, or has no place. WRONGTYPE: the key was replaced between two commands. */
const passing = /^(?:LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|WRONGTYPE|ERR max number of clients)/;
const otherNode = /^(?:MOVED|ASK|CROSSSLOT)\b/;
/** What clients call a connection that is not there, or no longer. */
const disconnected =
  /^(?:(?:ClientClosed|ClientOffline|SocketClosedUnexpectedly|ConnectionTimeout|SocketTimeout|Timeout|DisconnectsClient|ReconnectStrategy|MaxRetriesPerRequest|Abort)Error$|Connection is closed)/;

/**
 * The error to throw for one of the client's. Its message is our own: a server's can quote keys.
 *
 * @param command What was sent
 */
export function failure(cause: unknown, command: string): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const { message, code, name } = (cause instanceof Error ? cause : {}) as Partial<NodeJS.ErrnoException>;
  const reply = /^[A-Z]+(?= )/.exec(message ?? "")?.[0] ?? "";
  if (passing.test(message ?? ""))
    return new PortmanteauError("SOURCE_UNAVAILABLE", `${command} was put off by Redis (${reply}).`, {
      retryable: true,
      cause,
    });
  if (otherNode.test(message ?? "")) return failed("A key is on another node. Clusters are not supported.", cause);
  const className = cause instanceof Error ? cause.constructor.name : "";
  const isGone = [name, className, message].some((word) => disconnected.test(word ?? ""));
  if (isGone || unreachableCodes.has(code ?? ""))
    return new PortmanteauError("SOURCE_UNAVAILABLE", `${command} found no connection to Redis.`, {
      retryable: true,
      cause,
    });
  return failed(`${command} was refused by Redis${reply === "" ? "" : ` (${reply})`}.`, cause);
}

export function failed(message: string, cause?: unknown): PortmanteauError {
  return new PortmanteauError("SOURCE_FAILED", message, cause === undefined ? {} : { cause });
}
