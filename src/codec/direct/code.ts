/** The schema asks for what only the plain way does. */
export class NotDirect extends Error {}

/** A function that is being generated: its statements, and the variables that they use. */
export class Code {
  readonly lines: string[] = [];
  /** The statement for a record that is out of the ordinary. */
  readonly giveUp: "return false;" | "return undefined;";
  readonly #variables: string[] = [];
  readonly #nextName: () => string;

  constructor(giveUp: "return false;" | "return undefined;", nextName: () => string) {
    this.giveUp = giveUp;
    this.#nextName = nextName;
  }

  /** A new variable with a first value; it is known in the whole function. */
  let(value: string): string {
    const name = this.#nextName();
    this.#variables.push(name);
    this.lines.push(`${name} = ${value};`);
    return name;
  }

  text(): string {
    const declared = this.#variables.length === 0 ? [] : [`let ${this.#variables.join(", ")};`];
    return [...declared, ...this.lines].join("\n");
  }
}

/** What generated functions share: the values that they refer to, and each other. */
export class Program {
  readonly #constants = new Map<unknown, string>();
  readonly #functions: string[] = [];
  #names = 0;

  nextName(): string {
    return `v${this.#names++}`;
  }

  /** Begins a function. */
  code(giveUp: Code["giveUp"]): Code {
    return new Code(giveUp, () => this.nextName());
  }

  /** The name under which the code finds a value. */
  constant(value: unknown): string {
    const name = this.#constants.get(value) ?? `c${this.#constants.size}`;
    this.#constants.set(value, name);
    return name;
  }

  addFunction(source: string): void {
    this.#functions.push(source);
  }

  /** Compiles the program; `expression` is its value. */
  run(expression: string): unknown {
    const source = ['"use strict";', ...this.#functions, `return ${expression};`].join("\n");
    return new Function(...this.#constants.values(), source)(...this.#constants.keys());
  }
}
