import { field, isNode, list, type Node, number, type Tree } from "./node-tree.ts";

/** A column as PostgreSQL numbers it. */
export interface NumberedColumn {
  readonly relation: number;
  /** From 1; 0 is the whole row. */
  readonly column: number;
}

export interface Lineage {
  readonly fields: readonly { readonly name: string; readonly columns: readonly NumberedColumn[] }[];
  /** Absent: the query calls a function of somebody's own, which may read anything. */
  readonly mentions?: readonly NumberedColumn[];
}

/** What the parsed query alone does not say. */
export interface Relations {
  /** The query behind a view; nothing when the relation is none. */
  view(relation: number): Node | undefined;
  /** Whether other tables inherit from it. */
  hasChildren(relation: number): boolean;
}

/** The query itself and those around it, innermost first: a variable counts its levels from here. */
type Scope = readonly [Node, ...Node[]];

/** What a range table entry can be: its `rtekind`. */
const kinds = { relation: 0, subquery: 1, join: 2, function: 3, values: 5, cte: 6, group: 9 } as const;
/** `SUBLINK` of a value: `(select …)` and `array(select …)`. The others, such as EXISTS and IN, ask for a yes or no. */
const valueLinks = new Set([4, 6]);
const booleanType = 16;
const countFunction = 2147; // count(any): it tells how many there are, not what
/** Functions, also those behind `->` and its like, that take a part out of JSON, or something about it: what else is in it is not given. */
const jsonParts = new Set([
  3947,
  3948,
  3949,
  3950,
  3951,
  3953,
  3956,
  3957,
  3968, // json: ->, ->>, #>, #>>, length, keys, type
  3478,
  3214,
  3215,
  3216,
  3217,
  3940,
  3207,
  3931,
  3210, // jsonb: the same
  4006,
  4007,
  4008,
  1179,
  1180,
  2023, // jsonb_path_query and its like
  3960,
  3961,
  3204,
  3205,
  3209,
  3475,
  3490,
  3491, // json_populate_record, json_to_record and their like
]);
const callFields = ["funcid", "opfuncid", "aggfnoid", "winfnoid"];
const firstOwnId = 16384; // what the system brings has lower ids

/** The one query in a rule's action or in the body of a SQL function. */
export function queryIn(tree: Tree): Node {
  if (Array.isArray(tree) && tree.length === 1) return queryIn(tree[0] as Tree);
  if (!isNode(tree) || tree.tag !== "QUERY") throw new SyntaxError("PostgreSQL keeps no single query here.");
  return tree;
}

/** The relations that a query names anywhere, views among them. */
export function relationsIn(tree: Tree): Set<number> {
  const found = new Set<number>();
  const visit = (at: Tree): void => {
    if (Array.isArray(at)) at.forEach(visit);
    if (!isNode(at)) return;
    if (isEntry(at) && number(at, "rtekind") === kinds.relation) found.add(number(at, "relid"));
    for (const value of at.fields.values()) visit(value);
  };
  visit(tree);
  return found;
}

/**
 * Follows each column of a query's result back to the tables' columns that its value is made of, through expressions, subqueries,
 * joins, CTEs, set operations and views. An expression gives what it is made of, but for parts of JSON and of arrays. A whole row
 * (`to_jsonb(t)`) names no column, and what a condition looks at is not given by it.
 */
export function lineageOf(query: Node, relations: Relations): Lineage {
  const mentions = mentionsIn(query, relations);
  return {
    fields: targets(query).map((target, index) => ({
      name: String(field(target, "resname") ?? ""),
      columns: unique(new Tracer(relations).output(query, index + 1, [query])),
    })),
    ...(mentions === undefined ? {} : { mentions: unique(mentions) }),
  };
}

class Tracer {
  readonly #relations: Relations;
  /** Outputs that are being followed: a recursive query comes back to itself. */
  readonly #seen = new Map<Node, Set<number>>();

  constructor(relations: Relations) {
    this.#relations = relations;
  }

  /** What the result's column of this number, from 1, is made of. */
  output(query: Node, column: number, scope: Scope): NumberedColumn[] {
    const seen = this.#seen.get(query) ?? new Set();
    if (seen.has(column)) return [];
    this.#seen.set(query, seen.add(column));
    const operation = field(query, "setOperations");
    if (isNode(operation))
      return armsOf(operation).flatMap((index) => this.#entry(entryOf(query, index), column, scope));
    const target = targets(query)[column - 1];
    return target === undefined ? [] : this.#value(field(target, "expr"), scope);
  }

  #value(tree: Tree, scope: Scope): NumberedColumn[] {
    if (Array.isArray(tree)) return tree.flatMap((each) => this.#value(each, scope));
    if (!isNode(tree)) return [];
    switch (tree.tag) {
      case "VAR": {
        const around = scopeAt(scope, number(tree, "varlevelsup"));
        return this.#entry(entryOf(around[0], number(tree, "varno")), number(tree, "varattno"), around);
      }
      case "SUBLINK": {
        const query = field(tree, "subselect");
        return valueLinks.has(number(tree, "subLinkType")) && isNode(query)
          ? this.output(query, 1, [query, ...scope])
          : [];
      }
      case "NULLTEST":
      case "BOOLEANTEST":
      case "BOOLEXPR":
      case "SCALARARRAYOPEXPR":
      case "DISTINCTEXPR":
      case "ROWCOMPARE":
      case "ROWCOMPAREEXPR":
      case "GROUPINGFUNC":
      case "SUBSCRIPTINGREF": // an element
      case "JSONEXPR": // JSON_VALUE and its like
        return [];
      case "OPEXPR":
        return isPartial(tree, "opresulttype", "opfuncid") ? [] : this.#value(field(tree, "args"), scope);
      case "FUNCEXPR":
        return isPartial(tree, "funcresulttype", "funcid") ? [] : this.#value(field(tree, "args"), scope);
      case "NULLIFEXPR":
        return this.#value(list(tree, "args")[0] ?? null, scope);
      case "WHEN": // its name before PostgreSQL 15
      case "CASEWHEN":
        return this.#value(field(tree, "result"), scope);
      case "CASE": // likewise
      case "CASEEXPR":
        return this.#value([field(tree, "args"), field(tree, "defresult")], scope);
      case "AGGREF":
        return number(tree, "aggfnoid") === countFunction ? [] : this.#value(field(tree, "args"), scope);
      case "WINDOWFUNC":
        return number(tree, "winfnoid") === countFunction ? [] : this.#value(field(tree, "args"), scope);
      case "TARGETENTRY": // an argument of an aggregate, or what it is ordered by
        return field(tree, "resjunk") === "true" ? [] : this.#value(field(tree, "expr"), scope);
      default:
        return this.#value([...tree.fields.values()], scope);
    }
  }

  /** A column of what stands in FROM. `scope` is that of the query that names it. */
  #entry(entry: Node | undefined, column: number, scope: Scope): NumberedColumn[] {
    if (entry === undefined || column < 0) return []; // ctid and the like
    const kind = number(entry, "rtekind");
    if (column === 0 && kind !== kinds.function) return [];
    switch (kind) {
      case kinds.relation: {
        const relation = number(entry, "relid");
        const view = this.#relations.view(relation);
        if (view !== undefined) return this.output(view, column, [view]);
        const isAll = field(entry, "inh") === "true" || !this.#relations.hasChildren(relation);
        return isAll ? [{ relation, column }] : []; // ONLY leaves out the rows of other tables
      }
      case kinds.subquery: {
        const query = field(entry, "subquery");
        return isNode(query) ? this.output(query, column, [query, ...scope]) : [];
      }
      case kinds.join: {
        const merged = list(entry, "joinaliasvars")[column - 1] ?? null;
        return this.#value(merged, scope);
      }
      case kinds.group:
        return this.#value(list(entry, "groupexprs")[column - 1] ?? null, scope);
      case kinds.cte: {
        const around = scopeAt(scope, number(entry, "ctelevelsup"));
        const name = field(entry, "ctename");
        const found = list(around[0], "cteList").find((cte) => isNode(cte) && field(cte, "ctename") === name);
        const query = isNode(found) ? field(found, "ctequery") : null;
        return isNode(query) ? this.output(query, column, [query, ...around]) : [];
      }
      case kinds.values:
        return this.#value(
          list(entry, "values_lists").map((row) => (Array.isArray(row) ? (row[column - 1] ?? null) : null)),
          scope,
        );
      case kinds.function:
        return this.#value(field(entry, "functions"), scope);
      default:
        return []; // JSON_TABLE and XMLTABLE take parts; and what is unknown to us claims nothing
    }
  }
}

function mentionsIn(query: Node, relations: Relations): NumberedColumn[] | undefined {
  const found: NumberedColumn[] = [];
  let isKnown = true;
  const views = new Set<Node>();
  const visit = (tree: Tree, scope: readonly Node[]): void => {
    if (Array.isArray(tree)) for (const each of tree) visit(each, scope);
    if (!isNode(tree)) return;
    if (callFields.some((name) => number(tree, name) >= firstOwnId)) isKnown = false;
    if (tree.tag === "VAR") mention(tree, scope as Scope);
    if (isEntry(tree) && number(tree, "rtekind") === kinds.relation) {
      const view = relations.view(number(tree, "relid"));
      if (view !== undefined && !views.has(view)) {
        views.add(view);
        visit(view, []);
      }
    }
    const inside = tree.tag === "QUERY" ? [tree, ...scope] : scope;
    // A join lists every column of both sides, used or not.
    for (const [name, value] of tree.fields) if (name !== "joinaliasvars") visit(value, inside);
  };
  const mention = (variable: Node, scope: Scope): void => {
    const around = scopeAt(scope, number(variable, "varlevelsup"));
    const entry = entryOf(around[0], number(variable, "varno"));
    const column = number(variable, "varattno");
    if (entry === undefined || column < 0) return;
    const kind = number(entry, "rtekind");
    const relation = number(entry, "relid");
    if (kind === kinds.relation && relations.view(relation) === undefined) found.push({ relation, column });
    if (kind !== kinds.join) return;
    const merged = list(entry, "joinaliasvars");
    visit(column === 0 ? merged : (merged[column - 1] ?? null), around);
  };
  visit(query, []);
  return isKnown ? found : undefined;
}

/** Whether an operator or a function gives a yes or no, or a part. */
function isPartial(call: Node, resultType: string, id: string): boolean {
  return number(call, resultType) === booleanType || jsonParts.has(number(call, id));
}

/** The indices, from 1, of the queries that UNION and its like put together. */
function armsOf(tree: Tree): number[] {
  if (!isNode(tree)) return [];
  if (tree.tag === "RANGETBLREF") return [number(tree, "rtindex")];
  return [...armsOf(field(tree, "larg")), ...armsOf(field(tree, "rarg"))];
}

function targets(query: Node): Node[] {
  return list(query, "targetList").filter((each): each is Node => isNode(each) && field(each, "resjunk") !== "true");
}

function isEntry(node: Node): boolean {
  return node.fields.has("rtekind");
}

function entryOf(query: Node, index: number): Node | undefined {
  const entry = list(query, "rtable")[index - 1];
  return isNode(entry) ? entry : undefined;
}

function scopeAt(scope: Scope, levels: number): Scope {
  if (levels >= scope.length) throw new SyntaxError("PostgreSQL's text of the query refers outside of it.");
  return scope.slice(levels) as readonly Node[] as Scope;
}

function unique(columns: readonly NumberedColumn[]): NumberedColumn[] {
  return [...new Map(columns.map((each) => [`${each.relation}.${each.column}`, each])).values()];
}
