import * as v from "valibot";

const statementSchema = v.strictObject({
  sid: v.optional(v.string()),
  effect: v.optional(v.string(), "Allow"),
  actions: v.optional(v.array(v.string())),
  notActions: v.optional(v.array(v.string())),
  resources: v.optional(v.array(v.string())),
  notResources: v.optional(v.array(v.string())),
  principals: v.optional(v.array(v.object({ type: v.string(), identifiers: v.array(v.string()) }))),
  conditions: v.optional(v.array(v.object({ test: v.string(), variable: v.string(), values: v.array(v.string()) }))),
});

type Statement = v.InferOutput<typeof statementSchema>;

/**
 * The IAM policy document (JSON) that Pulumi's `iam.getPolicyDocument` makes of its statements, lists left in the order given.
 *
 * @throws {v.ValiError} on a statement of another shape, rather than leave a part of a policy out
 */
export function policyDocument(statements: unknown): string {
  const parsed = v.parse(v.optional(v.array(statementSchema), []), statements);
  return JSON.stringify({ Version: "2012-10-17", Statement: parsed.map(statementDocument) });
}

function statementDocument(statement: Statement): object {
  return {
    ...(statement.sid !== undefined && { Sid: statement.sid }),
    Effect: statement.effect,
    ...(statement.principals && { Principal: principalDocument(statement.principals) }),
    ...(statement.actions && { Action: statement.actions }),
    ...(statement.notActions && { NotAction: statement.notActions }),
    ...(statement.resources && { Resource: statement.resources }),
    ...(statement.notResources && { NotResource: statement.notResources }),
    ...(statement.conditions && { Condition: conditionDocument(statement.conditions) }),
  };
}

function principalDocument(principals: NonNullable<Statement["principals"]>): unknown {
  if (principals.some(({ type }) => type === "*")) return "*";
  return Object.fromEntries(principals.map(({ type, identifiers }) => [type, identifiers]));
}

function conditionDocument(conditions: NonNullable<Statement["conditions"]>): object {
  const byTest: Record<string, Record<string, string[]>> = {};
  for (const { test, variable, values } of conditions) {
    const variables = (byTest[test] ??= {});
    variables[variable] = [...(variables[variable] ?? []), ...values];
  }
  return byTest;
}
