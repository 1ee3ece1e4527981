import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import type { TablesService } from "../../emulators/dynamodb.ts";
import { BODY_LIMITS } from "../../endpoint/body-limits.ts";
import { readBody } from "../../endpoint/read-body.ts";
import { ApiError, unknownOperation } from "../../lambda/api/api-error.ts";
import { answerErrors, pageOf, sendAnswer } from "../../lambda/api/api-response.ts";
import { readFunctionReference } from "../../lambda/api/function-reference.ts";
import { mappingConfigurationOf } from "./mapping-configuration.ts";
import type { SwitchedMapping } from "../switched-mapping.ts";

/** The paths of this API. */
export const MAPPINGS_PATH = "/2015-03-31/event-source-mappings";

const NO_OTHERS = "Mappings are neither created nor deleted here";

/** The CLI sends the UUID in the path, the SDK may send it in the body as well. */
const updateSchema = v.strictObject({ Enabled: v.boolean(), UUID: v.optional(v.string()) });

/**
 * Answers requests to Lambda's API for event source mappings: list, get, and of update the switch `Enabled` (AWS API
 * reference: ListEventSourceMappings, GetEventSourceMapping, UpdateEventSourceMapping). What else a mapping is made of, and which
 * there are, the graph says: such requests are refused with that message.
 */
export function createMappingApi(options: {
  readonly mappings: readonly SwitchedMapping[];
  readonly tables: Pick<TablesService, "streamArn" | "toPublic">;
  readonly region: string;
}): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { mappings, tables, region } = options;

  /** A stream's ARN as DescribeTable tells it: the graph cannot know when the table is created. */
  async function sourceArn({ definition }: SwitchedMapping): Promise<string> {
    if (definition.kind === "sqs") return definition.eventSourceArn;
    return tables.toPublic(await tables.streamArn(definition.tableName));
  }
  const shown = async (mapping: SwitchedMapping) => mappingConfigurationOf(mapping, await sourceArn(mapping));

  async function list(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const source = query.get("EventSourceArn") ?? undefined;
    const functionName = query.get("FunctionName") ?? undefined;
    const name = functionName === undefined ? undefined : readFunctionReference(functionName, region).name;
    const chosen = mappings.filter(
      ({ definition }) =>
        (source === undefined || sameSource(definition.eventSourceArn, source)) &&
        (name === undefined || definition.functionName === name),
    );
    const { page, ...next } = pageOf(chosen, query);
    const body = { EventSourceMappings: await Promise.all(page.map(shown)), ...next };
    sendAnswer(response, 200, JSON.stringify(body));
  }

  async function update(request: IncomingMessage, response: ServerResponse, mapping: SwitchedMapping): Promise<void> {
    const wanted = v.safeParse(updateSchema, readJson(await readBody(request, BODY_LIMITS.mapping)));
    if (!wanted.success) throw ofTheGraph("Of a mapping the local cloud changes Enabled alone");
    if (mapping.state === "Enabling" || mapping.state === "Disabling") {
      const Message = "Cannot update the event source mapping because it is in use.";
      throw new ApiError(400, "ResourceInUseException", { Type: "User", Message });
    }
    const source = await sourceArn(mapping);
    mapping.setEnabled(wanted.output.Enabled);
    sendAnswer(response, 202, JSON.stringify(mappingConfigurationOf(mapping, source)));
  }

  return answerErrors(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const uuid = pathname.slice(MAPPINGS_PATH.length).replaceAll("/", "");
    const { method } = request;
    if (uuid === "" && method === "GET") return list(searchParams, response);
    if (method === "POST") throw ofTheGraph(NO_OTHERS);
    const mapping = mappings.find(({ definition }) => definition.uuid === uuid);
    if (mapping === undefined) {
      const Message = "The resource you requested does not exist.";
      throw new ApiError(404, "ResourceNotFoundException", { Type: "User", Message });
    }
    if (method === "DELETE") throw ofTheGraph(NO_OTHERS);
    if (method === "GET") return sendAnswer(response, 200, JSON.stringify(await shown(mapping)));
    if (method === "PUT") return update(request, response, mapping);
    throw unknownOperation();
  });
}

/** Streams are the same when their tables are: the label in a stream's ARN changes with each table that is created. */
function sameSource(a: string, b: string): boolean {
  const table = (arn: string) => arn.replace(/\/stream\/.*$/, "");
  return table(a) === table(b);
}

function readJson(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString("utf8") ?? "");
  } catch {
    return undefined;
  }
}

function ofTheGraph(what: string): ApiError {
  const message = `${what}; the rest comes from infra/graph.json.`;
  return new ApiError(400, "InvalidParameterValueException", { Type: "User", message });
}
