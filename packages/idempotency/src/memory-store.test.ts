import { memoryStore } from "./memory-store.ts";
import { describeStore } from "./store-contract.ts";

const store = memoryStore();
describeStore("The memory store", () => ({ store, single: "single", double: "double" }));
