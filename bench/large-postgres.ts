import type { BenchLine } from "./measure.ts";
export async function* largeFromPostgres(_file: (name: string) => string): AsyncGenerator<BenchLine> {}
