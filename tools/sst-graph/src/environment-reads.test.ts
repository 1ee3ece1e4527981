import { expect, test } from "vitest";
import { sameReads, watchEnvironment } from "./environment-reads.ts";

const here = (file: string) => file.endsWith("environment-reads.test.ts");

test("a variable that was read has to keep its value, another one does not", () => {
  const { variables, reads } = watchEnvironment({ REGION: "eu", OTHER: "1" }, here);
  expect([variables["REGION"], variables["ABSENT"]]).toEqual(["eu", undefined]);
  expect(sameReads(reads(), { REGION: "eu", OTHER: "2" })).toBe(true);
  expect(sameReads(reads(), { REGION: "us", OTHER: "1" })).toBe(false);
  expect(sameReads(reads(), { REGION: "eu", ABSENT: "" })).toBe(false);
});

test("values do not show", () => {
  const { variables, reads } = watchEnvironment({ TOKEN: "hunter2" }, here);
  expect(variables["TOKEN"]).toBe("hunter2");
  expect(JSON.stringify(reads())).not.toContain("hunter2");
});

test("asking whether a variable is there, and copying all of them, are reads as well", () => {
  const { variables, reads } = watchEnvironment({ A: "1", B: "2" }, here);
  expect("C" in variables).toBe(false);
  expect({ ...variables }).toEqual({ A: "1", B: "2" });
  expect(Object.keys(reads())).toEqual(["A", "B", "C"]);
});

test("what was set before it was read is no input", () => {
  const { variables, reads } = watchEnvironment({ PATH: "/bin" }, here);
  variables["SERVER"] = "http://127.0.0.1";
  expect(variables["SERVER"]).toBe("http://127.0.0.1");
  expect(variables["PATH"]).toBe("/bin");
  variables["PATH"] = "/usr/bin";
  expect(sameReads(reads(), { PATH: "/bin" })).toBe(true);
});

test("what other files read does not count", () => {
  const { variables, reads } = watchEnvironment({ A: "1" }, () => false);
  expect(variables["A"]).toBe("1");
  expect(reads()).toEqual({});
});

test("errors keep their stacks", () => {
  const { variables } = watchEnvironment({ A: "1" }, here);
  expect(variables["A"]).toBe("1");
  expect(new Error("x").stack).toContain("environment-reads.test.ts");
});
