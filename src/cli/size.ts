import { UsageError } from "./arguments.ts";

const units: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** Bytes of a size such as `500MB`, `1.5GB`, `2GiB` or `100000`. @throws {UsageError} naming the option */
export function sizeFrom(text: string, option: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
  const factor = units[unit.toUpperCase()];
  if (number === undefined || factor === undefined)
    throw new UsageError(`--${option} is a size such as 500MB, 2GB, 2GiB or 100000.`);
  return Math.floor(Number(number) * factor);
}
