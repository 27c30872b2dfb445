import { grouped } from "../formats.ts";

// Four digits stand together in Spanish.
export const number = (value: number) => grouped(value, "\u00A0", 5);
export const count = (value: number, one: string, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;
export const records = (value: number) => count(value, "registro");
