import { grouped } from "../formats.ts";

export const number = (value: number) => grouped(value, ".");
export const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;
export const records = (value: number) => count(value, "Datensatz", "Datensätze");
