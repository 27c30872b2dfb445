import type { Dataset } from "../model/dataset.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { IdentityResolver } from "../model/identity.ts";
import type { Subject } from "../model/request.ts";
import { askResolver } from "./ask-resolver.ts";
import type { CompiledConfig } from "./config.ts";
import type { RetryContext } from "./retry.ts";

/** What a graph of resolvers says is wrong with it: every problem, in words. */
export function identityProblems(resolvers: readonly IdentityResolver[], datasets: readonly Dataset[]): string[] {
  const problems: string[] = [];
  const ways = new Set<string>();
  const asked = kindsLeadingTo(resolvers, new Set(datasets.flatMap(({ identity }) => identity ?? [])));
  for (const [index, resolver] of resolvers.entries()) {
    const { from, to, resolve } = resolver;
    const at = `/identities/${index}`;
    if (typeof to !== "string" || to === "" || (from !== undefined && (typeof from !== "string" || from === ""))) {
      problems.push(`${at}: from and to are names of kinds of identity, like "email".`);
      continue;
    }
    if (typeof resolve !== "function") problems.push(`${at}: resolve is a function.`);
    if (from === to) problems.push(`${at}: "${to}" leads to itself.`);
    else if (ways.has(wayOf(resolver))) problems.push(`${at}: ${wayOf(resolver)} is there twice.`);
    else if (!asked.has(to)) problems.push(`${at}: no dataset asks for "${to}", nor for what it leads to.`);
    ways.add(wayOf(resolver));
  }
  return problems;
}

/** Whether the request holds an identity of this kind, or some from which resolvers lead to it. */
export function isReachable(kind: string, resolvers: readonly IdentityResolver[], subject: Subject): boolean {
  const known = new Set<string | undefined>((subject.identities ?? []).map(({ identity_type }) => identity_type));
  if (subject.id !== undefined) known.add(undefined);
  for (let before = -1; before < known.size; ) {
    before = known.size;
    for (const { from, to } of resolvers) if (known.has(from)) known.add(to);
  }
  return known.has(kind);
}

/** Who the subject is in the systems that know them by another key. */
export interface FoundIdentities {
  readonly values: ReadonlyMap<string, string>;
  /** Kinds that could not be judged, because a resolver on a way to them failed. */
  readonly errors: ReadonlyMap<string, PortmanteauError>;
}

export interface ResolveOptions {
  readonly signal: AbortSignal;
  readonly onRetry: (identity: string, retry: Parameters<RetryContext["onRetry"]>[0]) => void;
}

/**
 * Walks every way from what the request holds to the kinds that are asked for, at once; a way never comes to a kind twice. Each
 * resolver is asked once for each value. All ways to a kind, and the request itself, must give the same value.
 *
 * @throws {PortmanteauError} `IDENTITY_AMBIGUOUS` when they do not, `ABORTED`. A resolver that fails is in `errors`
 */
export async function resolveIdentities(
  config: Pick<CompiledConfig, "identities" | "retry" | "pageTimeoutMs">,
  { id, identities = [] }: Subject,
  asked: ReadonlySet<string>,
  { signal, onRetry }: ResolveOptions,
): Promise<FoundIdentities> {
  const leading = kindsLeadingTo(config.identities, asked);
  const held = new Map<string, Set<string>>();
  for (const { identity_type, identity_value } of identities)
    held.set(identity_type, (held.get(identity_type) ?? new Set()).add(identity_value));
  const values = new Map<string, string>();
  const errors = new Map<string, PortmanteauError>();
  const stop = new AbortController();
  const answers = new Map<string, Promise<readonly string[] | PortmanteauError>>();

  const answersOf = (resolver: IdentityResolver, value: string, format: string) => {
    const key = JSON.stringify([config.identities.indexOf(resolver), value, format]);
    const given =
      answers.get(key) ?? askResolver(resolver, { value, format }, config, { signal: stop.signal, onRetry });
    answers.set(key, given);
    return given;
  };

  const note = (resolver: IdentityResolver, value: string): void => {
    const { to } = resolver;
    const known = values.get(to) ?? value;
    values.set(to, known);
    if (value !== known || held.get(to)?.has(value) === false) throw ambiguous(config.identities.indexOf(resolver), to);
  };

  /** Goes on from one value, or from an error instead of one, along the ways that have not been at a kind before. */
  const walk = async (from: Place, path: ReadonlySet<string | undefined>): Promise<void> => {
    const ways = config.identities.filter((way) => way.from === from.kind && leading.has(way.to) && !path.has(way.to));
    await allOrStop(
      ways.map(async (way) => {
        const given = from.error ?? (await answersOf(way, from.value, from.format));
        const onwards = new Set([...path, way.to]);
        if (PortmanteauError.is(given)) {
          if (!errors.has(way.to)) errors.set(way.to, given);
          return walk({ kind: way.to, error: given }, onwards);
        }
        for (const value of given) note(way, value);
        await allOrStop(given.map((value) => walk({ kind: way.to, value, format: "raw" }, onwards)));
      }),
    );
  };
  /** Everything settles before this does: the first that fails stops the rest. */
  const allOrStop = async (steps: readonly Promise<void>[]): Promise<void> => {
    const watched = steps.map((step) =>
      step.catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    );
    const failed = (await Promise.allSettled(watched)).filter(({ status }) => status === "rejected");
    const reasons = failed.map((result) => (result as PromiseRejectedResult).reason as unknown);
    const [first] = reasons.toSorted((a, b) => Number(isAborted(a)) - Number(isAborted(b)));
    if (first !== undefined) throw first;
  };

  const onAbort = () => stop.abort();
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  try {
    const starts: Place[] = identities.map(({ identity_type: kind, identity_value: value, identity_format }) => ({
      kind,
      value,
      format: identity_format ?? "raw",
    }));
    if (id !== undefined) starts.push({ kind: undefined, value: id, format: "raw" });
    await allOrStop(starts.map((start) => walk(start, new Set([start.kind]))));
  } finally {
    signal.removeEventListener("abort", onAbort);
    stop.abort();
  }
  return { values, errors };
}

type Place = { readonly kind: string | undefined } & (
  | { readonly value: string; readonly format: string; readonly error?: undefined }
  | { readonly error: PortmanteauError }
);

/** The kinds that are asked for, and all from which resolvers lead to them. */
function kindsLeadingTo(resolvers: readonly IdentityResolver[], asked: ReadonlySet<string>): ReadonlySet<string> {
  const leading = new Set(asked);
  for (let before = -1; before < leading.size; ) {
    before = leading.size;
    for (const { from, to } of resolvers) if (from !== undefined && leading.has(to)) leading.add(from);
  }
  return leading;
}

function ambiguous(index: number, kind: string): PortmanteauError {
  return new PortmanteauError(
    "IDENTITY_AMBIGUOUS",
    `There are different answers to who the subject is as "${kind}". Nothing was read. Find out which one is theirs.`,
    { context: { pointer: `/identities/${index}` } },
  );
}

function isAborted(error: unknown): boolean {
  return PortmanteauError.is(error) && error.code === "ABORTED";
}

function wayOf({ from, to }: IdentityResolver): string {
  return `${from === undefined ? "subject.id" : `"${from}"`} → "${to}"`;
}
