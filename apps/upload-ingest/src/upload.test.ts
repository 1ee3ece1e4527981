import { expect, test } from "vitest";
import { partnerOf } from "./upload.ts";

test.each([
  ["orders.csv", "default"],
  ["", "default"],
  ["/leading.csv", "default"],
  ["//acme/orders.csv", "default"],
  ["default/orders.csv", "default"],
  ["acme/orders.csv", "acme"],
  ["acme/", "acme"],
  ["acme//orders.csv", "acme"],
  ["acme/default/orders.csv", "acme"],
  ["Acme/orders.csv", "Acme"],
  ["in coming/a b.csv", "in%20coming"],
  ["a%2Fb/orders.csv", "a%252Fb"],
  ["../orders.csv", ".."],
  ["Zo\u00eb/orders.csv", "Zo%C3%AB"],
  ["Zoe\u0308/orders.csv", "Zoe%CC%88"],
  ["\u0000\ud800/orders.csv", "%00%EF%BF%BD"],
])("the object %j belongs to %s", (key, partner) => {
  expect(partnerOf(key)).toBe(partner);
});
