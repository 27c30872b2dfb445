import { memorySpool } from "portmanteau/spools/memory";
import { durableSpoolContract } from "portmanteau/testing";
import { afterAll, describe, it } from "vitest";

durableSpoolContract(
  "memory",
  () => {
    const spool = memorySpool();
    return { spool: () => spool };
  },
  { describe, it, afterAll },
);
