import { linkVariables } from "@doorbell/sst-graph/graph";
import type * as v from "valibot";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { componentOf } from "./component-of.ts";
import type { functionInputs, GraphResource } from "./graph-resources.ts";
import type { CodeDefinition, FunctionDefinition, InvokeConfig } from "./graph.ts";

type Resource = Omit<GraphResource, "inputs">;
type FunctionInputs = v.InferOutput<typeof functionInputs>;

/** A function as SST's or the configuration's own resource has it. What is linked to it is in its environment, as in `sst dev`. */
export function readFunction(
  value: FunctionInputs,
  resource: Resource,
  graph: { readonly app: string; readonly stage: string; readonly region: string },
  invokeConfigs: readonly InvokeConfig[],
): FunctionDefinition {
  const { name } = value;
  const invokeConfig = invokeConfigs.find(({ functionName }) => functionName === name);
  const reserved = value.reservedConcurrentExecutions;
  const { applicationLogLevel: logLevel, systemLogLevel, logGroup } = value.loggingConfig ?? {};
  const why = whyNotRun(value, resource);
  return {
    name,
    arn: `arn:aws:lambda:${graph.region}:${LOCAL_ACCOUNT}:function:${name}`,
    component: componentOf(resource),
    ...(why !== undefined && { notRun: why }),
    handler: value.handler ?? "",
    code: readCode(value, resource),
    runtime: value.runtime ?? "",
    architecture: value.architectures?.[0] ?? "x86_64",
    timeoutSeconds: value.timeout ?? 3,
    memoryMb: value.memorySize ?? 128,
    environment: { ...value.environment?.variables, ...(resource.code && linkVariables(graph, resource.code)) },
    logFormat: value.loggingConfig?.logFormat ?? "Text",
    ...(logGroup != null && { logGroup }),
    ...(logLevel != null && { logLevel }),
    ...(systemLogLevel != null && { systemLogLevel }),
    // Pulumi's −1 stands for none.
    ...(reserved != null && reserved >= 0 && { reservedConcurrency: reserved }),
    ...(value.deadLetterConfig != null && { deadLetterArn: value.deadLetterConfig.targetArn }),
    ...(invokeConfig !== undefined && { invokeConfig }),
  };
}

function readCode({ handler, code: archive }: FunctionInputs, { code }: Resource): CodeDefinition {
  const bundle = code?.bundle ?? archive?.path;
  return {
    handler: code?.handler ?? handler ?? "",
    ...(bundle != null && { bundle }),
    options: code?.options ?? {},
    copyFiles: code?.copyFiles ?? [],
  };
}

function whyNotRun(value: FunctionInputs, { code }: Resource): string | undefined {
  const { runtime, packageType, layers, fileSystemConfig, code: archive } = value;
  if (code?.isContainer === true || packageType === "Image") return "it is a container image";
  if (!/^nodejs\d+\.x$/.test(runtime ?? ""))
    return `its runtime is ${runtime ?? "not known"}, and the local cloud runs Node.js`;
  if (layers != null && layers.length > 0) return `it needs layers (${layers.join(", ")})`;
  if (fileSystemConfig != null) return `it needs a file system at ${fileSystemConfig.localMountPath}`;
  if (code != null || archive == null) return undefined;
  if (archive.path == null) return "its code is put together inside of the configuration";
  return /\.(?:zip|jar|tar|tgz)$/.test(archive.path) ? `its code is an archive, ${archive.path}` : undefined;
}
