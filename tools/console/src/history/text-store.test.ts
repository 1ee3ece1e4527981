import { expect, it } from "vitest";
import { noise } from "../../test/noise.ts";
import { createTextStore } from "./text-store.ts";

it("gives back what was put, whatever is in it", () => {
  const store = createTextStore(4 * 1024 * 1024);
  const texts = ["", "a", "ü🚪", noise(300_000, 1), JSON.stringify({ a: ["b", "\u0000"] }), noise(1_500_000, 2)];
  const places = texts.map((text) => store.put(text));
  expect(places.map((place, index) => store.get(place) === texts[index])).toEqual(texts.map(() => true));
});

it("keeps the latest within its limit, and says of the others that they are gone", () => {
  const maximum = 3 * 1024 * 1024;
  const store = createTextStore(maximum);
  const texts = Array.from({ length: 120 }, (_, index) => noise(40_000, index));
  const places = texts.map((text) => store.put(text));
  expect(store.bytes).toBeLessThanOrEqual(maximum);
  const kept = places.map((place, index) => store.get(place) === texts[index]);
  expect(kept.at(-1)).toBe(true);
  expect(kept.indexOf(true)).toBeGreaterThan(20);
  expect(kept.slice(kept.indexOf(true)).every(Boolean)).toBe(true);
  expect(places[0] && store.get(places[0])).toBeUndefined();
});

it("takes a text that is larger than its limit, and lets go of it for later ones", () => {
  const store = createTextStore(1024 * 1024);
  const large = noise(1_500_000, 5);
  const place = store.put(large);
  expect(store.get(place) === large).toBe(true);
  const next = store.put("next");
  expect([store.get(place) === large, store.get(next)]).toEqual([true, "next"]);
  store.put(noise(300_000, 6));
  expect([store.get(place) === undefined, store.get(next)]).toEqual([true, "next"]);
  expect(store.bytes).toBeLessThan(1024 * 1024);
});
