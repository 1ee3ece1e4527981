import { expect, test } from "vitest";
import { urn } from "./pulumi-runtime.ts";

const stack = "urn:pulumi:local::shop::pulumi:pulumi:Stack::shop-local";
const queue = urn("shop", "local", stack, "sst:aws:Queue", "Orders");

test("a resource of the stack has its own type alone in its URN, as the engine has it", () => {
  expect(queue).toBe("urn:pulumi:local::shop::sst:aws:Queue::Orders");
  expect(urn("shop", "local", "", "aws:sns/topic:Topic", "T")).toBe("urn:pulumi:local::shop::aws:sns/topic:Topic::T");
});

test("a part has the types of all it is a part of", () => {
  const part = urn("shop", "local", queue, "sst:aws:Function", "F");
  expect(part).toBe("urn:pulumi:local::shop::sst:aws:Queue$sst:aws:Function::F");
  expect(urn("shop", "local", part, "aws:iam/role:Role", "R")).toBe(
    "urn:pulumi:local::shop::sst:aws:Queue$sst:aws:Function$aws:iam/role:Role::R",
  );
});
