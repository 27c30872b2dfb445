import { basename } from "node:path";
import type { compile as Compile, JSONSchema } from "json-schema-to-typescript";
import type { RecordSchema } from "../index.ts";
import { UsageError } from "./arguments.ts";

/** Loads the compiler, an optional peer. @throws {UsageError} that says how to install it */
export async function loadCompiler(
  load: () => Promise<{ readonly compile: typeof Compile }> = () => import("json-schema-to-typescript"),
): Promise<typeof Compile> {
  try {
    return (await load()).compile;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && /MODULE_NOT_FOUND/.test(String(error.code)))) throw error;
    throw new UsageError(
      "This needs the package json-schema-to-typescript: npm install --save-dev json-schema-to-typescript.",
    );
  }
}

/** `tickets.schema.json` → `tickets`. */
export function schemaName(path: string): string {
  return basename(path).replace(/(?:\.schema)?\.json$/, "");
}

/** The TypeScript of a schema: one exported type, named after its file, and those that it refers to. Only local `$ref`s are followed. */
export async function typesOf(
  schema: RecordSchema,
  { name, banner, compile }: { readonly name: string; readonly banner: string; readonly compile: typeof Compile },
): Promise<string> {
  const title = typeName(name);
  return compile({ ...withoutTitles(schema), title } as JSONSchema, title, {
    bannerComment: banner,
    additionalProperties: false,
    enableConstEnums: false,
    $refOptions: { resolve: { external: false } },
    style: { printWidth: 120 },
  });
}

/** `support-tickets` → `SupportTickets`. */
export function typeName(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_gap, letter: string) => letter.toUpperCase());
}

/** Titles of properties are words for people; taken for type names they would collide. */
function withoutTitles<T>(node: T, inProperties = false): T {
  if (Array.isArray(node)) return node.map((part) => withoutTitles(part)) as T;
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).filter(([key]) => inProperties || (key !== "title" && key !== "examples"));
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      withoutTitles(value, !inProperties && (key === "properties" || key === "$defs")),
    ]),
  ) as T;
}
