import { describe, expect, test } from "vitest";
import { evaluateMath } from "./metric-math.ts";

const values: Readonly<Record<string, number>> = { retried: 3, records: 12, nothing: 0 };
const evaluate = (expression: string) => evaluateMath(expression, (id) => values[id]);

describe("an expression of metric math", () => {
  test.each([
    ["1 + 2 * 3 - 4 / 2", 5],
    ["(1 + 2) * 3", 9],
    ["retried / records", 0.25],
    ["10 - 2 - 3", 5],
    ["retried >= 3", 1],
    ["retried < 3", 0],
    ["IF(retried >= 2, retried / records, 0)", 0.25],
    ["IF(retried > 3, retried / records, 7)", 7],
    ["FILL(missing, 0) + FILL(retried, 0)", 3],
    ["FILL(missing, 5) - FILL(missing, 1.5)", 3.5],
  ])("%s is %d", (expression, value) => {
    expect(evaluate(expression)).toBe(value);
  });

  test.each(["missing / records", "missing", "records / nothing", "IF(missing, 1, 2)", "1 - missing", "missing > 1"])(
    "%s is missing",
    (expression) => {
      expect(evaluate(expression)).toBeUndefined();
    },
  );

  test.each(["", "1 +", "AVG(retried)", "IF(1, 2)", "retried records", "(1", "RATE", "1 ^ 2", "FILL(missing, REPEAT)"])(
    "%j is refused",
    (expression) => {
      expect(() => evaluate(expression)).toThrow(expect.objectContaining({ code: "INVALID_EXPRESSION" }));
    },
  );
});
