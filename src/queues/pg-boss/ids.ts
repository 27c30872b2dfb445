import { createHash } from "node:crypto";
import { jobName, type QueueJob } from "../flow/job.ts";

/** A job's UUID, made of its name: the same job is there once. */
export function idOf(queue: string, job: QueueJob): string {
  return uuidOf(`${queue}/${jobName(job)}`);
}

/** Of the dead letter that a job leaves. */
export const letterIdOf = (id: string) => uuidOf(`${id}/dead-letter`);

function uuidOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
