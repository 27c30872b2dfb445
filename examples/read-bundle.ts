import { openBundle } from "portmanteau";

const bundle = await openBundle("bundle.zip");
for await (const ticket of bundle.dataset("tickets").records()) console.log(ticket);
bundle.close();
