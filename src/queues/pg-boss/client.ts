/** The part of pg-boss 10 that we call. */
export interface PgBossClient {
  /** Makes a queue, once. */
  createQueue(name: string, options?: { name: string; retentionDays?: number }): Promise<void>;
  /** Puts jobs in. */
  insert(jobs: PgBossInsert[]): Promise<unknown>;
  /** Takes jobs out. */
  fetch<T>(name: string, options: { includeMetadata: true; batchSize: number }): Promise<PgBossJob<T>[]>;
  /** Says that a job failed; it is tried again as it was put in. */
  fail(name: string, id: string, data?: object): Promise<void>;
  /** Cancels a job. */
  cancel(name: string, id: string): Promise<void>;
  /** Removes jobs. */
  deleteJob(name: string, ids: string[]): Promise<void>;
  /** Gives jobs of workers that died to others. */
  expire(): Promise<void>;
  /** pg-boss's own connection, for what it has no method for. */
  getDb(): {
    /** Runs one statement. */
    // biome-ignore lint/suspicious/noExplicitAny: as pg-boss declares it
    executeSql(text: string, values: any[]): Promise<{ rows: any[] }>;
  };
}

/** A job as `insert` of pg-boss takes it. */
export interface PgBossInsert {
  id: string;
  name: string;
  data: object;
  priority?: number;
  retryLimit?: number;
  retryDelay?: number;
  retryBackoff?: boolean;
  expireInSeconds?: number;
}

/** A job as `fetch` of pg-boss gives it. */
export interface PgBossJob<T> {
  readonly id: string;
  readonly name: string;
  readonly data: T;
  readonly retryCount: number;
}
