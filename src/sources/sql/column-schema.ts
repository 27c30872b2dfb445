/** The JSON Schema of a column's values as a source gives them, NULL aside. One without a type allows any value. */
export interface ColumnSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: ColumnSchema;
  readonly contentEncoding?: "base64";
  readonly contentMediaType?: string;
}

export const anyText: ColumnSchema = { type: "string" };
export const bytes: ColumnSchema = { type: "string", contentEncoding: "base64" };
/** A document: what stands in it only the application knows. */
export const anyJson: ColumnSchema = {};
