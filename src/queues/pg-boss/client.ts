/** The part of pg-boss 10 that we call. */
export interface PgBossClient {
  createQueue(name: string, options?: { name: string; retentionDays?: number }): Promise<void>;
  insert(jobs: PgBossInsert[]): Promise<unknown>;
  fetch<T>(name: string, options: { includeMetadata: true; batchSize: number }): Promise<PgBossJob<T>[]>;
  complete(name: string, id: string): Promise<void>;
  fail(name: string, id: string, data?: object): Promise<void>;
  cancel(name: string, id: string): Promise<void>;
  deleteJob(name: string, ids: string[]): Promise<void>;
  /** Gives jobs of workers that died to others. */
  expire(): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: as pg-boss declares it
  getDb(): { executeSql(text: string, values: any[]): Promise<{ rows: any[] }> };
}

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

export interface PgBossJob<T> {
  readonly id: string;
  readonly name: string;
  readonly data: T;
  readonly retryCount: number;
}
