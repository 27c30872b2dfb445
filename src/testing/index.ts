export { ContractBroken } from "./broken.ts";
export type { ContractOptions, Fixture } from "./runner.ts";
export { sourceContract } from "./source-contract.ts";
export type { SourceFixture } from "./source-fixture.ts";
