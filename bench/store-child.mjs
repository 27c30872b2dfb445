/**
 * Reads what a store holds of one person and does nothing with it: `store-child.mjs N redis|mongodb ADDRESS ours|bare`. `bare` is a loop
 * over the driver's own values: of Redis' keys the type, the expiry and the value, 100 keys at once; of MongoDB the documents of `find`.
 */
import { MongoClient } from "mongodb";
import { mongodbSource } from "portmanteau/sources/mongodb";
import { redisSource } from "portmanteau/sources/redis";
import { createClient } from "redis";
import { measuredWarm } from "./measured.mjs";

const [count, system, address, way] = [Number(process.argv[2]), ...process.argv.slice(3)];

async function ours(source) {
  const { signal } = new AbortController();
  let records = 0;
  const context = { subject: { id: "acc_1" }, requestType: "access", pageRecords: 500, signal };
  for await (const page of source.read(context)) records += page.records.length;
  return records;
}

async function readRedis() {
  const client = await createClient({ url: "redis://127.0.0.1:6379" }).connect();
  const match = `${address}acc_1:*`;
  await measuredWarm(async () => ({
    records: checked(await (way === "ours" ? ours(redisSource({ client, match: () => match })) : bare())),
  }));
  await client.close();

  async function bare() {
    const found = new Set();
    for await (const keys of client.scanIterator({ MATCH: match, COUNT: 1_000 }))
      for (const key of keys) found.add(key);
    const keys = [...found];
    let records = 0;
    for (let at = 0; at < keys.length; at += 100)
      records += (await Promise.all(keys.slice(at, at + 100).map(one))).filter(({ value }) => value !== null).length;
    return records;
  }

  async function one(key) {
    const [type, expiresAt] = await Promise.all([client.type(key), client.pExpireTime(key)]);
    return { type, expiresAt, value: await (type === "string" ? client.get(key) : client.hGetAll(key)) };
  }
}

async function readMongodb() {
  const client = new MongoClient(address, { serverApi: "1" });
  const collection = client.db("test").collection("documents");
  await client.connect();
  const filter = { account: "acc_1" };
  await measuredWarm(async () => {
    if (way === "ours") return { records: checked(await ours(mongodbSource({ collection, filter: () => filter }))) };
    let records = 0;
    for await (const _ of collection.find(filter, { sort: { _id: 1 }, batchSize: 500 })) records++;
    return { records: checked(records) };
  });
  await client.close();
}

function checked(records) {
  if (records !== count) throw new Error(`Read ${records} records.`);
  return records;
}

await (system === "redis" ? readRedis() : readMongodb());
