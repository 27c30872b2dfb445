import { grouped } from "../formats.ts";

export const number = (value: number) => grouped(value, "\u202F");
export const isOne = (value: number) => value < 2;
export const count = (value: number, one: string, many = `${one}s`) => `${number(value)} ${isOne(value) ? one : many}`;
export const records = (value: number) => count(value, "enregistrement");
