import { describe, expect, it } from "vitest";
import { resolveFunctionName, shortFunctionName } from "./function-name.ts";

const named = (...all: readonly string[]) => all.map((name) => ({ name, component: `Component of ${name}` }));
const names = ["doorbell-local-upload-ingest", "doorbell-local-order-queue", "doorbell-local-change-audit"];

describe("function names", () => {
  it("a short name stands for the function that ends in it", () => {
    expect(resolveFunctionName("order-queue", named(...names))).toBe("doorbell-local-order-queue");
  });

  it("a full name stands for itself, also when others end in it", () => {
    expect(resolveFunctionName("queue", named("queue", "order-queue"))).toBe("queue");
  });

  it("the name of its component stands for a function, and comes before the end of another's name", () => {
    const functions = [
      { name: "shop-local-MailerFunction", component: "Mailer" },
      { name: "shop-local-Mailer", component: "Other" },
    ];
    expect(resolveFunctionName("Mailer", functions)).toBe("shop-local-MailerFunction");
    expect(resolveFunctionName("shop-local-Mailer", functions)).toBe("shop-local-Mailer");
  });

  it.each(["orders", "", "local"])("%j fits none, and the error lists those there are", (typed) => {
    expect(() => resolveFunctionName(typed, named(...names))).toThrow(/there are doorbell-local-upload-ingest, /);
  });

  it("a name that fits two is refused", () => {
    expect(() => resolveFunctionName("queue", named("a-queue", "b-queue"))).toThrow(/no function "queue"/);
  });

  it("names are shown without what all of them have in front", () => {
    expect(names.map((name) => shortFunctionName(name, names))).toEqual([
      "upload-ingest",
      "order-queue",
      "change-audit",
    ]);
    expect(shortFunctionName("doorbell-local-order-queue", ["doorbell-local-order-queue"])).toBe(
      "doorbell-local-order-queue",
    );
  });
});
