import { PortmanteauError } from "../model/errors.ts";
import type { IdentityContext, IdentityResolver } from "../model/identity.ts";
import type { CompiledConfig } from "./config.ts";
import type { ResolveOptions } from "./identities.ts";
import { abortedError, isTransient } from "./read-pages.ts";
import { Retry } from "./retry.ts";
import { aborted } from "./unless-aborted.ts";

/**
 * Asks one resolver about one value, under the limits that sources have. Gives its answers, each once, or the error that it ended with.
 *
 * @throws {PortmanteauError} `ABORTED` only
 */
export async function askResolver(
  resolver: IdentityResolver,
  known: Omit<IdentityContext, "signal">,
  { identities, retry, pageTimeoutMs }: Pick<CompiledConfig, "identities" | "retry" | "pageTimeoutMs">,
  { signal, onRetry }: ResolveOptions,
): Promise<readonly string[] | PortmanteauError> {
  const what = `Resolving "${resolver.to}" from ${resolver.from === undefined ? "subject.id" : `"${resolver.from}"`}`;
  let answers: readonly string[] = [];
  const asking = new Retry({
    limits: retry,
    signal,
    judge: (thrown) => {
      if (signal.aborted) throw abortedError();
      return typedFailure(thrown, what);
    },
    onRetry: (each) => onRetry(resolver.to, each),
  });
  const error = await asking.run(async () => {
    const timeout = new AbortController();
    const own = AbortSignal.any([signal, timeout.signal]);
    const timer = setTimeout(() => timeout.abort(), pageTimeoutMs);
    try {
      const answer = (async () => resolver.resolve({ ...known, signal: own }))();
      const first = await Promise.race([answer.then((given) => ({ given })), aborted(own)]);
      if (first === undefined)
        throw new PortmanteauError("SOURCE_TIMEOUT", `${what} gave no answer within ${pageTimeoutMs} ms.`, {
          retryable: true,
        });
      answers = checkedAnswers(first.given, what);
    } finally {
      clearTimeout(timer);
    }
  });
  if (error === undefined) return answers;
  const { code, message, retryable, cause } = error;
  const context = { pointer: `/identities/${identities.indexOf(resolver)}`, attempts: asking.total + 1 };
  return new PortmanteauError(code, message, { retryable, context, ...(cause === undefined ? {} : { cause }) });
}

function checkedAnswers(given: unknown, what: string): readonly string[] {
  const answers: readonly unknown[] = Array.isArray(given)
    ? given
    : given === undefined || given === null
      ? []
      : [given];
  if (!answers.every((answer) => typeof answer === "string" && answer !== ""))
    throw new PortmanteauError("SOURCE_CONTRACT", `${what} gave what is no identity: give texts that are not empty.`);
  return [...new Set(answers as readonly string[])];
}

function typedFailure(thrown: unknown, what: string): PortmanteauError {
  if (PortmanteauError.is(thrown)) return thrown;
  return isTransient(thrown)
    ? new PortmanteauError("SOURCE_UNAVAILABLE", `${what} reached nobody.`, { retryable: true, cause: thrown })
    : new PortmanteauError("SOURCE_FAILED", `${what} failed; the foreign error is the cause.`, { cause: thrown });
}
