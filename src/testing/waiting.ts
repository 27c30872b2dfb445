/**
 * The promise's result, or `undefined` when it does not settle in time. Whatever it does later is nobody's concern any more. A process
 * that was itself kept waiting gives the promise some more turns.
 */
export async function settled<T>(promise: Promise<T>, patienceMs: number): Promise<{ readonly value: T } | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => someTurns().then(() => resolve(undefined)), patienceMs);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again until the answer is yes; false when it never was. */
export async function eventually(ask: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  for (const until = performance.now() + patienceMs; ; ) {
    if (await ask()) return true;
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Lets timers, sockets and threads have several turns. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
}
