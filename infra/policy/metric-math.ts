/** A value of a metric in one period; undefined where there is none. */
export type Value = number | undefined;

/** The expression is not one of those that are evaluated here. */
class InvalidExpression extends Error {
  readonly code = "INVALID_EXPRESSION";
  readonly expression: string;

  constructor(expression: string, problem: string) {
    super(`The expression "${expression}" cannot be evaluated: ${problem}`);
    this.name = "InvalidExpression";
    this.expression = expression;
  }
}

const BINARY: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  {
    ">=": (a, b) => Number(a >= b),
    "<=": (a, b) => Number(a <= b),
    ">": (a, b) => Number(a > b),
    "<": (a, b) => Number(a < b),
  },
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  { "*": (a, b) => a * b, "/": (a, b) => a / b },
];

const TOKEN = /\s*(>=|<=|[-+*/<>(),]|\d+(?:\.\d+)?|[A-Za-z]\w*)\s*/y;

/**
 * Evaluates an expression of CloudWatch's metric math for one period: numbers, metrics by id, arithmetic, comparisons (1 or 0), `IF(condition,
 * then, else)` and `FILL(value, instead)`. What is made of a missing value is missing, but for `FILL`; so is what is divided by zero. (AWS
 * page: "Using math expressions with CloudWatch metrics".)
 *
 * @throws InvalidExpression for everything else
 */
export function evaluateMath(expression: string, valueOf: (id: string) => Value): Value {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < expression.length;) {
    const [, token] = TOKEN.exec(expression) ?? [];
    if (token === undefined) throw new InvalidExpression(expression, "there is an unknown sign");
    tokens.push(token);
  }
  const invalid = () => new InvalidExpression(expression, `"${tokens[0] ?? "its end"}" was not expected`);
  const take = (wanted: string) => {
    if (tokens.shift() !== wanted) throw new InvalidExpression(expression, `"${wanted}" was expected`);
  };

  function binary(level: number): Value {
    const operators = BINARY[level];
    if (operators === undefined) return operand();
    let left = binary(level + 1);
    for (let apply = operators[tokens[0] ?? ""]; apply !== undefined; apply = operators[tokens[0] ?? ""]) {
      tokens.shift();
      const right = binary(level + 1);
      const value = left === undefined || right === undefined ? undefined : apply(left, right);
      left = Number.isFinite(value) ? value : undefined;
    }
    return left;
  }

  function operand(): Value {
    const token = tokens.shift();
    if (token === undefined) throw invalid();
    if (token === "(") {
      const value = binary(0);
      take(")");
      return value;
    }
    if (/^\d/.test(token)) return Number(token);
    if (tokens[0] === "(") return called(token);
    if (/^[a-z]/.test(token)) return valueOf(token);
    throw invalid();
  }

  function called(name: string): Value {
    const given: Value[] = [];
    do {
      tokens.shift();
      given.push(binary(0));
    } while (tokens[0] === ",");
    take(")");
    const [first, second, third] = given;
    if (name === "FILL" && given.length === 2) return first ?? second;
    if (name === "IF" && given.length === 3) return first === undefined ? undefined : first === 0 ? third : second;
    throw new InvalidExpression(expression, `${name} of ${given.length} is not known here`);
  }

  const value = binary(0);
  if (tokens.length > 0) throw invalid();
  return value;
}
