import { memoryStore } from "./memory-store.ts";
import { describeStore } from "../test/store-contract.ts";

const store = memoryStore();
describeStore("The memory store", () => ({ store, single: "single", double: "double" }));
