import { expect, test } from "vitest";
import { createRouteTable } from "./route-table.ts";

const tableOf = (routeKeys: readonly string[]) =>
  createRouteTable(routeKeys.map((routeKey) => ({ routeKey, functionName: "f", timeoutMs: 1_000 })));

// AWS page: "Create routes for HTTP APIs in API Gateway", routing API requests: its own example, and more.
const routes = [
  "$default",
  "ANY /{proxy+}",
  "GET /pets/{proxy+}",
  "ANY /pets/{petId}",
  "GET /pets/dog/{id}",
  "GET /pets/dog/1",
  "POST /pets/dog/{id}",
  "GET /pets",
  "GET /",
];

test.each([
  ["GET", "/pets/dog/1", "GET /pets/dog/1", {}],
  ["GET", "/pets/dog/2", "GET /pets/dog/{id}", { id: "2" }],
  ["GET", "/pets/cat/1", "GET /pets/{proxy+}", { proxy: "cat/1" }],
  ["POST", "/test/5", "ANY /{proxy+}", { proxy: "test/5" }],
  ["POST", "/pets/dog/1", "POST /pets/dog/{id}", { id: "1" }],
  ["GET", "/pets/7", "ANY /pets/{petId}", { petId: "7" }],
  ["DELETE", "/pets/dog/1", "ANY /{proxy+}", { proxy: "pets/dog/1" }],
  ["GET", "/pets", "GET /pets", {}],
  ["GET", "/", "GET /", {}],
  ["POST", "/", "$default", {}],
  ["GET", "/pets/", "ANY /{proxy+}", { proxy: "pets/" }],
  ["GET", "/pets/a%20b", "ANY /pets/{petId}", { petId: "a b" }],
  ["GET", "/pets/a%2Fb", "ANY /pets/{petId}", { petId: "a/b" }],
  ["GET", "/PETS", "ANY /{proxy+}", { proxy: "PETS" }],
])("%s %s takes %s", (method, path, routeKey, pathParameters) => {
  expect(tableOf(routes)(method, path)).toMatchObject({ route: { routeKey }, pathParameters });
  expect(tableOf(routes.toReversed())(method, path)).toMatchObject({ route: { routeKey }, pathParameters });
});

test("a method's own route goes before ANY of the same path", () => {
  const table = tableOf(["ANY /a/{x}", "GET /a/{y}"]);
  expect(table("GET", "/a/1")?.pathParameters).toEqual({ y: "1" });
  expect(table("PUT", "/a/1")?.pathParameters).toEqual({ x: "1" });
});

test("a longer way to a greedy variable goes before a shorter one", () => {
  expect(tableOf(["GET /{all+}", "GET /a/{some+}"])("GET", "/a/b/c")?.pathParameters).toEqual({ some: "b/c" });
});

test("nothing is found where no route fits and there is no $default", () => {
  expect(tableOf(["GET /a"])("POST", "/a")).toBeUndefined();
  expect(tableOf(["GET /a/{x}"])("GET", "/a/")).toBeUndefined();
});
