import { type Kind, type Subject, text } from "./aws-kind.ts";
import { characters } from "./deterministic.ts";
import { eventKinds } from "./event-kinds.ts";
import { otherKinds } from "./other-kinds.ts";
import type { Created, Place, Properties, Registration } from "./registration.ts";

/** Whether AWS's answer for `type` is known in full; for another one id and ARN have only the usual form. */
function kindOf(type: string): Kind | undefined {
  // Pulumi kept the second generation of the bucket resources under names of their own for a while.
  const known = type.replace(/bucketV2:BucketV2$/, "bucket:Bucket");
  return eventKinds[known] ?? otherKinds[known];
}

/**
 * Gives a resource of AWS the name, ARN, URL and so on that AWS would give it in `place`; everything else is as it was asked for.
 * What AWS draws at random is drawn from the name instead.
 */
export function awsResource(registration: Registration, place: Place): Created {
  const { type, name: logicalName } = registration;
  const kind = kindOf(type);
  const inputs = { ...registration.inputs, ...nameInput(registration) };
  const subject = {
    registration,
    place,
    inputs,
    name: text(inputs[kind?.named ?? "name"]) || logicalName,
    arn: (service: string, resource: string) => `arn:aws:${service}:${place.region}:${place.account}:${resource}`,
    drawn: (length: number, alphabet?: string) => characters(`${type} ${logicalName}`, length, alphabet),
  };
  const id = registration.existing ?? kind?.id?.(subject) ?? subject.name;
  const attributes = (kind?.attributes ?? usualForm)({ ...subject, id });
  const drawn = kind?.drawn?.map((name) => [name, text(name === "id" ? id : attributes[name])]);
  return { id, state: { ...inputs, ...attributes }, ...(drawn && { drawn: Object.fromEntries(drawn) }) };
}

/** The ARN that most of AWS's resources have. */
function usualForm({ registration: { type }, inputs, name, arn }: Subject): Properties {
  const [, service = "", resource = ""] = /^aws:(\w+)\/(\w+):/.exec(type) ?? [];
  return { ...(inputs["name"] === undefined && { name }), arn: arn(service, `${resource}/${name}`) };
}

/**
 * The name of a resource whose configuration gives none: Pulumi derives one from the logical name; of one that only is referred to
 * it follows from the id (a URL, an ARN or the name). Empty where the name is given, or where the type has none.
 */
export function nameInput({ type, name, inputs, existing }: Registration): Properties {
  const kind = kindOf(type);
  if (kind === undefined || (kind.named === undefined && !namedTypes.test(type))) return {};
  const property = kind.named ?? "name";
  if (existing !== undefined) return { [property]: existing.split(/[/:]/).at(-1) ?? existing };
  if (typeof inputs[property] === "string" && inputs[property] !== "") return {};
  const prefix = text(inputs[`${property}Prefix`]);
  const fifo = inputs["fifoQueue"] === true || inputs["fifoTopic"] === true ? ".fifo" : "";
  const physical = prefix === "" ? name : `${prefix}${characters(name, 8)}`;
  return { [property]: `${kind.named === "bucket" ? physical.toLowerCase() : physical}${fifo}` };
}

/** The types with an input `name` that Pulumi fills in. */
const namedTypes =
  /^aws:(?:sqs\/queue|dynamodb\/table|lambda\/function|iam\/(?:role|user|policy)|cloudwatch\/(?:logGroup|eventBus|eventRule)|sns\/topic|scheduler\/schedule|scheduler\/scheduleGroup|kinesis\/stream|apigatewayv2\/api|apigateway\/restApi|pipes\/pipe|sfn\/stateMachine):/;
