import type { JsonValue } from "./json.ts";
import type { FieldPrivacy } from "./privacy.ts";

/** A JSON Schema 2020-12 document that describes one record: the allow-list and the contract. */
export interface RecordSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, RecordSchema>>;
  readonly $comment?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, RecordSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | RecordSchema;
  readonly items?: RecordSchema;
  readonly anyOf?: readonly RecordSchema[];
  readonly oneOf?: readonly RecordSchema[];
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly format?: string;
  readonly writeOnly?: boolean;
  readonly "x-privacy"?: Loose<FieldPrivacy>;
  readonly [keyword: string]: unknown;
}

/** The same facts as an imported JSON file has them, where every text is just a string. They are checked when an exporter is made. */
type Loose<T> = {
  readonly [K in keyof T]?: T[K] extends boolean | undefined
    ? boolean
    : T[K] extends string | undefined
      ? T[K] | (string & {})
      : T[K];
};
