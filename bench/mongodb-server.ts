/** Serves `mongodb-server.ts N` orders as MongoDB does, in a process of its own, and prints where; it ends with its input. */
import { Decimal128, Long, ObjectId } from "mongodb";
import { mongodbInProcess } from "../test/support/mongodb.ts";

const { client } = await mongodbInProcess(
  Array.from({ length: Number(process.argv[2]) }, (_, id) => ({
    _id: new ObjectId(String(id).padStart(24, "0")),
    account: "acc_1",
    number: Long.fromNumber(id),
    madeAt: new Date(Date.UTC(2024, 0, 1) + id * 977),
    quantity: (id * 7919) % 65_536,
    total: Decimal128.fromString(String(((id * 104_729) % 9_999_999) / 100)),
    weight: (id * 15_485_863) / 977,
    paid: id % 2 === 1,
    note: id % 3 > 0 ? `To be left with the neighbour on floor ${id % 17}, ring twice` : null,
    details: { colour: ["red", "green", "blue"][id % 3], pieces: id % 11 },
  })),
);
const [host] = client.options.hosts;
console.log(`mongodb://${host}/?directConnection=true`);
process.stdin.resume().on("end", () => process.exit());
