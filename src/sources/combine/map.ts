import { isPlainObject } from "../../model/json.ts";
import type { Source } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { derivedSource } from "./derived.ts";

/**
 * Makes a record of each record, one for one; records that must stay out are left out by the source's query.
 *
 * @param change Called with each record, in order; it gives the new record and does not wait for anything. What waits is `joinSource`'s
 * @throws {PortmanteauError} from `read`: `SOURCE_CONTRACT` when `change` gives no record, and everything that the source throws
 * @example
 * ```ts
 * const source = mapSource(rows, ({ first, last, ...row }) => ({ ...row, name: `${first} ${last}` }));
 * ```
 */
export function mapSource<A, B>(source: Source<A>, change: (record: A) => B): Source<B> {
  const changed = (record: A): B => {
    const given = change(record);
    if (!isPlainObject(given) || typeof given["then"] === "function")
      throw contract(
        `The map over source "${source.name}" gave no record. It gives an object for each, and no promise.`,
      );
    return given;
  };
  return derivedSource<B>(source as Source, {
    divides: true,
    async *read(context) {
      for await (const page of source.read(context)) yield { ...page, records: page.records.map(changed) };
    },
  });
}

/**
 * For `mapSource`: gives fields other names, where they stand; the others stay as they are, and a field that is not there stays absent.
 *
 * @param names `{ from: to }`
 * @throws {PortmanteauError} `CONFIG_INVALID` when two fields would get one name; when mapping, `SOURCE_CONTRACT` when a record has a
 *   field of the new name already: one of the two would be lost
 * @example
 * ```ts
 * const source = mapSource(rows, renameFields({ cust_id: "customerId", created: "createdAt" }));
 * ```
 */
export function renameFields(names: Readonly<Record<string, string>>): (record: object) => Record<string, unknown> {
  const targets = new Map(Object.entries(names));
  if (new Set(targets.values()).size < targets.size)
    throw invalid("renameFields gives two fields the same name. Give each a name of its own.");
  return (record) => {
    const fields = Object.entries(record).map(([name, value]): [string, unknown] => [targets.get(name) ?? name, value]);
    const renamed = Object.fromEntries(fields);
    if (Object.keys(renamed).length < fields.length) {
      const twin = fields.map(([name]) => name).find((name, index, all) => all.indexOf(name) !== index);
      throw contract(
        `renameFields would hide a field: a record has "${twin}" already. Rename that one too, or leave it out of the query.`,
      );
    }
    return renamed;
  };
}
