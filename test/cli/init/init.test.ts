import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { init } from "../../../src/cli/commands/init.ts";
import { emptyFolder } from "../../support/exporting.ts";
import { type MysqlDatabase, mysqlEngine } from "../../support/mysql.ts";
import { type PostgresDatabase, postgresEngines } from "../../support/postgres.ts";
import { exportedFor, formatErrors, type Initialised, inFolder, initialised, typeErrors } from "./initialised.ts";

// Each of these tests is several processes, one after the other.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const sqlOf = (name: string) => readFileSync(join(import.meta.dirname, `${name}.sql`), "utf8");
const counts = (records: Readonly<Record<string, readonly unknown[]>>) =>
  Object.fromEntries(Object.entries(records).map(([name, list]) => [name, list.length]));

/** A file of SQLite with these tables, in a folder of its own. */
function sqliteFile(sql: string): { readonly folder: string; readonly file: string } {
  const folder = emptyFolder();
  const file = join(folder, "data.db");
  const database = new Database(file);
  database.exec(sql);
  database.close();
  return { folder, file };
}

/** Every configuration that was made: the type checker looks at all of them at once. */
const all: Initialised[] = [];

const server = (await postgresEngines()).filter(({ name }) => name !== "pglite");
const postgres = server.find(({ name, notRun }) => name === "server" && notRun === undefined) ?? server[0];
const mysql = await mysqlEngine();
for (const { required, title } of [...server, mysql])
  if (required) it("has every service, as PORTMANTEAU_SERVICES=required says", () => expect.fail(title));

function postgresUrl({ config }: PostgresDatabase): string {
  const { host = "", port = 5432, user = "", database = "" } = config ?? {};
  return `postgres:///${database}?${new URLSearchParams({ host, port: String(port), user })}`;
}

function mysqlUrl({ config: { host, port, user, database } }: MysqlDatabase): string {
  return `mysql://${user}@${host}:${port}/${database}`;
}

describe("portmanteau init, on a music shop in SQLite", () => {
  let made: Initialised;
  beforeAll(async () => {
    const { folder, file } = sqliteFile(sqlOf("music"));
    made = await initialised(file, { folder });
    all.push(made);
  });

  it("takes the customers for the people, and not the staff", () => {
    expect(made.said).toContain("people: Customer, by CustomerId");
    expect(made.text()).toContain("It might have been Employee");
  });

  it("writes a configuration that the formatter leaves alone", () => {
    expect(formatErrors(made)).toBe("");
  });

  it("exports one person's rows and no others', and accounts for every column", async () => {
    const records = await exportedFor("2", made);
    expect(counts(records)).toEqual({ customer: 1, invoice: 500, "invoice-line": 1000, "invoice-line-note": 20 });
    expect(new Set(records["invoice"]?.map(({ CustomerId }) => CustomerId))).toEqual(new Set([2]));
    expect(new Set(records["invoice-line"]?.map(({ InvoiceId }) => InvoiceId % 3))).toEqual(new Set([1]));
    expect(records["customer"]?.[0]).toMatchObject({
      FirstName: "Leo",
      SupportRepId: expect.stringMatching(/^person-/),
    });
    expect(records["invoice"]?.[0]).toMatchObject({ InvoiceDate: 1_600_000_000, Status: "paid", Scan: "AP8=" });
    expect(await made.run("coverage")).toMatchObject({ code: 0, stderr: "" });
  });

  it("refuses a configuration whose marks are not answered, and says where", async () => {
    const { folder, file } = sqliteFile(sqlOf("music"));
    const { run } = await initialised(file, { folder });
    const { code, stderr } = await run("plan", "--subject", "2");
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/CONFIG_INVALID: .*\/controller\/name, .*\/datasets\/invoice\/description/),
    ]);
  });

  it("knows the texts that a CHECK allows", () => {
    expect(made.text()).toContain('Status: { enum: ["open", "paid"] }');
  });
});

describe.skipIf(postgres?.notRun !== undefined)(`portmanteau init, on a shop in PostgreSQL, ${postgres?.title}`, () => {
  let database: PostgresDatabase;
  let made: Initialised;
  beforeAll(async () => {
    database = (await postgres?.open()) as PostgresDatabase;
    await database.sql(sqlOf("shop"));
    made = await initialised(postgresUrl(database));
    all.push(made);
  });
  afterAll(() => database?.drop());

  it("writes a configuration that the formatter leaves alone", () => {
    expect(formatErrors(made)).toBe("");
  });

  it("withholds what looks like a secret, and does not name others", () => {
    for (const column of ["encrypted_password", "reset_password_token", "card_token"])
      expect(made.text()).toMatch(new RegExp(`// REVIEW: looks like a secret.*\n +${column}: .*writeOnly: true`));
    for (const column of ["referred_by_id", "created_by_id", "approver_id"])
      expect(made.text()).toMatch(new RegExp(`// REVIEW: may be about somebody else\n +${column}: .*pseudonymize`));
    expect(made.text()).not.toMatch(/reset_password_sent_at: .*writeOnly/);
  });

  it("says which other columns would have led to the people", () => {
    expect(made.text()).toContain("Other ways: approver_id to shop_users; created_by_id to shop_users.");
  });

  it("takes over what the database says in words", () => {
    expect(made.text()).toContain('description: "REVIEW: Everybody who has signed up."');
    expect(made.text()).toContain('description: "The language of the letters we send."');
  });

  it("exports one person's rows and no others', and accounts for every column", async () => {
    const records = await exportedFor("2", made);
    expect(counts(records)).toMatchObject({
      users: 1,
      "role-users": 1,
      visits: 10,
      changes: 3,
      orders: 434,
      "line-items": 868,
      shipments: 868,
      "shipment-events": 868,
      payments: 434,
    });
    const theirs = await database.sql("select number from shop_orders where user_id = 2 order by number");
    const numbers = theirs.map(({ number }) => number);
    expect(records["orders"]?.map(({ number }) => number)).toEqual(numbers);
    for (const name of ["line-items", "shipments", "shipment-events", "payments"])
      expect(new Set(records[name]?.map(({ order_number }) => order_number))).toEqual(new Set(numbers));
    expect(records["users"]?.[0]).toMatchObject({
      id: "2",
      email: "u2@example.org",
      preferences: '{"a": [1, {"b": null}]}',
      labels: ["x", null, "y z"],
      balance: "2.20",
      avatar: "AP8=",
    });
    const coverage = await made.run("coverage");
    expect(coverage.code, coverage.stdout.toString()).toBe(0);
  });
});

describe.skipIf(mysql.notRun !== undefined)(
  `portmanteau init, on a forum in MySQL without foreign keys, ${mysql.title}`,
  () => {
    let database: MysqlDatabase;
    let made: Initialised;
    beforeAll(async () => {
      database = await mysql.open();
      await database.sql(sqlOf("forum"));
      made = await initialised(mysqlUrl(database));
      all.push(made);
    });
    afterAll(() => database?.drop());

    it("writes a configuration that the formatter leaves alone", () => {
      expect(formatErrors(made)).toBe("");
    });

    it("goes by the names of columns, and says so", () => {
      expect(made.text()).toContain("// REVIEW: theirs by post_author (by its name only) to fx_users.");
    });

    it("exports one person's rows and no others', and accounts for every column", async () => {
      const records = await exportedFor("2", made);
      expect(counts(records)).toEqual({
        users: 1,
        usermeta: 1,
        posts: 300,
        postmeta: 300,
        comments: 450,
        "topic-reads": 700,
        votes: 5,
      });
      expect(new Set(records["posts"]?.map(({ post_author }) => post_author))).toEqual(new Set(["2"]));
      expect(records["users"]?.[0]).toMatchObject({ user_login: "bob", user_registered: "0000-00-00 00:00:00" });
      expect(records["users"]?.[0]).not.toHaveProperty("user_pass");
      expect(records["posts"]?.[0]).toMatchObject({
        flags: "a,b",
        doc: expect.stringContaining('"b": null'),
        bits: "000000101",
        ratio: 1.1,
      });
      expect(await made.run("coverage")).toMatchObject({ code: 0, stderr: "" });
    });
  },
);

describe("portmanteau init", () => {
  const people = "create table users (id integer primary key, email text not null, name text);";

  it("leaves a file alone that is there", async () => {
    const { folder, file } = sqliteFile(people);
    writeFileSync(join(folder, "portmanteau.config.ts"), "mine");
    const { code, stderr } = await inFolder(folder)("init", file);
    expect([code, stderr]).toEqual([2, expect.stringContaining("portmanteau.config.ts is there already.")]);
    expect(readFileSync(join(folder, "portmanteau.config.ts"), "utf8")).toBe("mine");
  });

  it("writes to standard output with --out -, and the rest to standard error", async () => {
    const { folder, file } = sqliteFile(people);
    const { code, stdout, stderr } = await inFolder(folder)("init", file, "--out", "-");
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(/^\/\/ What portmanteau init guessed [\s\S]*\n}\);\n$/);
    expect(stderr).toContain("people: users, by id");
    expect(existsSync(join(folder, "portmanteau.config.ts"))).toBe(false);
  });

  it("takes the people from --subject, and the column by which they are named", async () => {
    const { folder, file } = sqliteFile(
      `create table users (id integer primary key, email text not null unique);
       create table posts (id integer primary key, user_id integer not null references users, body text);
       insert into users values (1, 'ada@example.org'), (2, 'bob@example.org');
       insert into posts values (1, 1, 'a'), (2, 2, 'b'), (3, 1, 'c');`,
    );
    const made = await initialised(file, { folder, args: ["--subject", "users.email"] });
    const records = await exportedFor("ada@example.org", made);
    expect(records["posts"]?.map(({ body }) => body)).toEqual(["a", "c"]);
  });

  it("takes what a person's rows refer to for theirs, once, where it holds what is personal, and no other row", async () => {
    const { folder, file } = sqliteFile(
      `create table users (id integer primary key, email text not null, profile_id int references profiles);
       create table profiles (id integer primary key, nick_name text, birthday text);
       create table addresses (id integer primary key, street text, city text);
       create table couriers (id integer primary key, email text, phone text);
       create table products (id integer primary key, name text);
       create table depots (id integer primary key, street text, city text);
       create table carts (id integer primary key, user_id int not null references users);
       create table orders (id integer primary key, cart_id int not null references carts, billing_address_id int references addresses,
         shipping_address_id int references addresses, courier_id int references couriers, product_id int references products,
         approved_by_address_id int references addresses, depot_id int default 1 references depots);
       insert into profiles values (1, 'ada', '1815-12-10'), (2, 'bob', null);
       insert into users values (1, 'ada@x', 1), (2, 'bob@x', 2);
       insert into addresses values (1, 's1', 'c'), (2, 's2', 'c'), (3, 's3', 'c'), (4, 's4', 'c'), (5, 's5', 'c');
       insert into carts values (1, 1), (2, 2);
       insert into couriers values (1, 'm@x', '1'); insert into products values (1, 'p');
       insert into depots values (1, 's', 'c');
       insert into orders (id, cart_id, billing_address_id, shipping_address_id, courier_id, product_id, approved_by_address_id) values (1, 1, 1, 1, 1, 1, 5), (2, 1, 1, 2, 1, 1, 5), (3, 2, 2, 3, 1, 1, 5);`,
    );
    const made = await initialised(file, { folder });
    all.push(made);
    expect(made.text().replaceAll(/\s+\/\/ /g, " ")).toContain(
      "theirs only by what refers to it: shipping_address_id of orders and billing_address_id of orders.",
    );
    for (const table of ["couriers", "products"])
      expect(made.text()).toMatch(new RegExp(`table: "${table}",\\s+excluded:\\s+"REVIEW`));
    expect(formatErrors(made)).toBe("");
    const records = await exportedFor("1", made);
    expect(records["addresses"]?.map(({ id, subject_key }) => [id, subject_key])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(records["depots"]).toHaveLength(1);
    expect(records["profiles"]?.map(({ nick_name }) => nick_name)).toEqual(["ada"]);
    expect(await made.run("coverage")).toMatchObject({ code: 0, stderr: "" });
  });

  it("finds the rows of columns without a type, and keeps numbers that JSON cannot hold", async () => {
    const { folder, file } = sqliteFile(
      `create table users (id integer primary key, email text not null, snowflake bigint);
       create table notes (id integer primary key, user_id references users);
       create table marks (id integer primary key, user_id any references users) strict;
       insert into users values (1, 'ada@x', 9007199254740993), (2, 'bob@x', 7);
       insert into notes values (1, 1), (2, 2), (3, 1); insert into marks values (1, 1), (2, 2);`,
    );
    const made = await initialised(file, { folder });
    const records = await exportedFor("1", made);
    expect(records["users"]?.[0]).toMatchObject({ snowflake: "9007199254740993" });
    expect(records["notes"]?.map(({ id }) => id)).toEqual([1, 3]);
    expect(records["marks"]?.map(({ id }) => id)).toEqual([1]);
  });

  it("never takes in a password, neither the address's nor a parameter's", async () => {
    const { folder } = sqliteFile(people);
    const { stderr } = await inFolder(folder)("init", "postgres://me:hunter2@127.0.0.1:1/x?sslpassword=hunter3");
    expect(stderr).toContain("SOURCE_FAILED");
    expect(stderr).not.toMatch(/hunter/);
  });

  it("quotes whatever a name may be", async () => {
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
    const names = [
      "order",
      'quo"te',
      "it's",
      "back`tick",
      `\${subject.id}`,
      "na\u00efve \u540d",
      "*/ x",
      "a\\b",
      "line\nend",
      "__proto__",
      "-- ?",
    ];
    const people = quoted(`Us"er's \\\${x}`);
    const { folder, file } = sqliteFile(
      `create table ${people} (${quoted('i"d`')} integer primary key, "e-mail" text not null);
       create table "select" ("gro""up" integer not null, "by" text not null, "us""er" integer not null references ${people},
         ${names.map((name) => `${quoted(name)} text default 'v'`).join(", ")}, primary key ("gro""up", "by"));
       create table "select.from" (id integer primary key, a integer, b text, foreign key (a, b) references "select" ("gro""up", "by"));
       insert into ${people} values (1, 'a@x'), (2, 'b@x');
       insert into "select" ("gro""up", "by", "us""er") values (1, 'x', 1), (1, 'y', 2), (2, 'x', 1);
       insert into "select.from" values (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'x');`,
    );
    const made = await initialised(file, { folder });
    all.push(made);
    const records = await exportedFor("1", made);
    expect(records["select"]?.map((record) => record['gro"up'])).toEqual([1, 2]);
    for (const name of names)
      expect(records["select"]?.[0]).toHaveProperty([name === "__proto__" ? "proto" : name], "v");
    expect(records["select-from"]?.map(({ id }) => id)).toEqual([1, 3]);
  });

  it.each([
    [["init", "oracle://x"], 'A database at "oracle:" is none that is known'],
    [["init", "FOLDER/missing.db"], "missing.db."],
    [["init", "FOLDER/data.db", "more"], "There is an argument that belongs to no option"],
    [["init", "FOLDER/data.db", "--subject", "nobody"], "there is no table nobody. There are: users."],
    [
      ["init", "FOLDER/data.db", "--subject", "users.nothing"],
      "users has no column nothing. There are: id, email, name.",
    ],
    [["init", "FOLDER/data.db", "--out", ""], "--out needs"],
  ])("refuses %j", async ([, ...args], message) => {
    const { folder } = sqliteFile(people);
    const out = join(folder, "portmanteau.config.ts");
    const run = init.run(
      ["--out", out, ...args.map((arg) => arg.replace("FOLDER", folder))],
      new AbortController().signal,
    );
    await expect(run).rejects.toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
    expect(existsSync(out)).toBe(false);
  });

  it("asks whom it is about where no table looks like people", async () => {
    const { file } = sqliteFile("create table prices (id integer primary key, amount integer);");
    await expect(init.run([file, "--out", "-"], new AbortController().signal)).rejects.toThrow(
      "No table looks like people. Say which it is: --subject",
    );
  });
});

it("writes configurations that type-check as they are", () => {
  expect(all.length).toBeGreaterThan(0);
  expect(typeErrors(all)).toBe("");
});
