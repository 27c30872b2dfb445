export { ContractBroken } from "./broken.ts";
export { type DeliveryFixture, deliveryContract } from "./delivery-contract.ts";
export { type DurableSpoolFixture, durableSpoolContract } from "./durable-contract.ts";
export { type FailingOptions, failing, hanging, repeating, shifting, slow } from "./faults.ts";
export type { ContractOptions, Fixture } from "./runner.ts";
export { sourceContract } from "./source-contract.ts";
export type { SourceFixture } from "./source-fixture.ts";
export { type SpoolFixture, spoolContract } from "./spool-contract.ts";
