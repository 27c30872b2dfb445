/** Work on a core: `doneMs` of `cpuMs`. */
export interface Task {
  readonly cpuMs: number;
  doneMs: number;
}

/** One core that its tasks share evenly. Time is given from outside. */
export class Core<T extends Task> {
  readonly #tasks: T[] = [];
  #settledAt = 0;
  #busyMs = 0;
  /** When the next task will be done, if none comes before. */
  nextAt = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#tasks.length;
  }

  /** How long it had something to do. */
  get busyMs(): number {
    return this.#busyMs;
  }

  add(now: number, task: T): void {
    this.#settle(now);
    this.#tasks.push(task);
    this.#plan(now);
  }

  /** Takes out the task that needs least. */
  takeNext(now: number): T {
    this.#settle(now);
    let least = 0;
    for (let index = 1; index < this.#tasks.length; index++)
      if (leftOf(this.#tasks[index]!) < leftOf(this.#tasks[least]!)) least = index;
    const [task] = this.#tasks.splice(least, 1) as [T];
    this.#plan(now);
    return task;
  }

  /** Takes out all. */
  clear(now: number): readonly T[] {
    this.#settle(now);
    const tasks = this.#tasks.splice(0);
    this.#plan(now);
    return tasks;
  }

  /** Gives each task its share of the time since. */
  #settle(now: number): void {
    const passed = now - this.#settledAt;
    this.#settledAt = now;
    if (this.#tasks.length === 0) return;
    this.#busyMs += passed;
    for (const task of this.#tasks) task.doneMs += passed / this.#tasks.length;
  }

  #plan(now: number): void {
    let least = Number.POSITIVE_INFINITY;
    for (const task of this.#tasks) least = Math.min(least, leftOf(task));
    this.nextAt = this.#tasks.length === 0 ? least : now + Math.max(0, least) * this.#tasks.length;
  }
}

const leftOf = ({ cpuMs, doneMs }: Task) => cpuMs - doneMs;
