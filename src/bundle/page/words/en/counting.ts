import { grouped } from "../formats.ts";

export const number = (value: number) => grouped(value, ",");
export const count = (value: number, one: string, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;
export const isOrAre = (value: number) => (value === 1 ? "is" : "are");
