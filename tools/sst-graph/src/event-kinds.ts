import { type Kind, UPPER_ALPHANUMERIC, plain, text } from "./aws-kind.ts";
import { uuid } from "./deterministic.ts";

/** What event-driven projects are made of: queues, tables, buckets, functions, topics, buses, schedules, APIs, and their roles. */
export const eventKinds: Readonly<Record<string, Kind>> = {
  "aws:sqs/queue:Queue": {
    id: ({ name, place }) => `https://sqs.${place.region}.amazonaws.com/${place.account}/${name}`,
    attributes: (subject) => ({
      name: subject.name,
      url: subject.id,
      arn: subject.arn("sqs", subject.name),
    }),
  },
  "aws:dynamodb/table:Table": {
    attributes: ({ name, arn, inputs, registration }) => {
      const table = arn("dynamodb", `table/${name}`);
      const streams = inputs["streamEnabled"] === true || registration.existing !== undefined;
      return { name, arn: table, ...(streams && { streamArn: `${table}/stream/latest` }) };
    },
  },
  "aws:s3/bucket:Bucket": {
    named: "bucket",
    attributes: ({ name, place }) => ({
      bucket: name,
      arn: `arn:aws:s3:::${name}`,
      bucketDomainName: `${name}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${name}.s3.${place.region}.amazonaws.com`,
      region: place.region,
    }),
  },
  "aws:lambda/function:Function": {
    attributes: ({ name, arn, place }) => {
      const own = arn("lambda", `function:${name}`);
      const invoke = (path: string) => `arn:aws:apigateway:${place.region}:lambda:path/2015-03-31/functions/${path}`;
      return {
        name,
        arn: own,
        version: "$LATEST",
        qualifiedArn: `${own}:$LATEST`,
        invokeArn: invoke(`${own}/invocations`),
        qualifiedInvokeArn: invoke(`${own}:$LATEST/invocations`),
        responseStreamingInvokeArn: `arn:aws:apigateway:${place.region}:lambda:path/2021-11-15/functions/${own}/response-streaming-invocations`,
        lastModified: "1970-01-01T00:00:00.000+0000",
      };
    },
  },
  "aws:lambda/functionUrl:FunctionUrl": {
    drawn: ["functionUrl"],
    id: ({ inputs, name }) => text(inputs["functionName"]) || name,
    attributes: ({ drawn, place, inputs, arn }) => {
      const urlId = drawn(32);
      return {
        urlId,
        functionUrl: `https://${urlId}.lambda-url.${place.region}.on.aws/`,
        functionArn: arn("lambda", `function:${text(inputs["functionName"])}`),
      };
    },
  },
  // AWS draws a random UUID; the name is as unique, and says in a review which mapping is meant.
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    id: ({ registration }) => registration.name,
    attributes: ({ registration: { name }, arn }) => ({
      uuid: name,
      arn: arn("lambda", `event-source-mapping:${name}`),
    }),
  },
  "aws:iam/role:Role": {
    attributes: ({ name, place, drawn }) => ({
      name,
      arn: `arn:aws:iam::${place.account}:role/${name}`,
      uniqueId: `AROA${drawn(17, UPPER_ALPHANUMERIC)}`,
    }),
  },
  "aws:iam/user:User": {
    attributes: ({ name, place }) => ({ name, arn: `arn:aws:iam::${place.account}:user/${name}` }),
  },
  "aws:iam/policy:Policy": {
    id: ({ name, place }) => `arn:aws:iam::${place.account}:policy/${name}`,
    attributes: (subject) => ({ name: subject.name, arn: subject.id }),
  },
  "aws:cloudwatch/logGroup:LogGroup": plain("logs", (name) => `log-group:${name}`),
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    attributes: ({ name, arn }) => ({ arn: arn("cloudwatch", `alarm:${name}`) }),
  },
  "aws:sns/topic:Topic": {
    id: ({ name, arn }) => arn("sns", name),
    attributes: (subject) => ({ name: subject.name, arn: subject.id }),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    id: ({ inputs, registration }) => `${text(inputs["topic"])}:${uuid(registration.name)}`,
    attributes: (subject) => ({ arn: subject.id, confirmationWasAuthenticated: true, pendingConfirmation: false }),
  },
  "aws:cloudwatch/eventBus:EventBus": plain("events", (name) => `event-bus/${name}`),
  "aws:cloudwatch/eventRule:EventRule": {
    attributes: ({ name, inputs, arn }) => {
      // A rule of a bus of one's own has the bus in its ARN, given by name or by ARN.
      const bus = text(inputs["eventBusName"]).replace(/^arn:.*:event-bus\//, "");
      return { name, arn: arn("events", `rule/${bus === "" || bus === "default" ? "" : `${bus}/`}${name}`) };
    },
  },
  "aws:scheduler/schedule:Schedule": {
    attributes: ({ name, inputs, arn }) => ({
      name,
      arn: arn("scheduler", `schedule/${text(inputs["groupName"]) || "default"}/${name}`),
    }),
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": plain("scheduler", (name) => `schedule-group/${name}`),
  "aws:pipes/pipe:Pipe": plain("pipes", (name) => `pipe/${name}`),
  "aws:kinesis/stream:Stream": plain("kinesis", (name) => `stream/${name}`),
  "aws:apigatewayv2/api:Api": {
    drawn: ["id", "apiEndpoint"],
    id: ({ drawn }) => drawn(10),
    attributes: (subject) => {
      const { place, inputs, name } = subject;
      const id = subject.id;
      const scheme = inputs["protocolType"] === "WEBSOCKET" ? "wss" : "https";
      return {
        name,
        apiEndpoint: `${scheme}://${id}.execute-api.${place.region}.amazonaws.com`,
        executionArn: subject.arn("execute-api", id),
        arn: `arn:aws:apigateway:${place.region}::/apis/${id}`,
      };
    },
  },
  "aws:apigatewayv2/stage:Stage": {
    attributes: ({ name, inputs, place, arn }) => ({
      name,
      arn: `arn:aws:apigateway:${place.region}::/apis/${text(inputs["apiId"])}/stages/${name}`,
      executionArn: arn("execute-api", `${text(inputs["apiId"])}/${name}`),
      invokeUrl: `https://${text(inputs["apiId"])}.execute-api.${place.region}.amazonaws.com/${name === "$default" ? "" : name}`,
    }),
  },
  "aws:apigatewayv2/domainName:DomainName": {
    named: "domainName",
    attributes: ({ inputs, drawn, place }) => ({
      domainNameConfiguration: {
        ...(typeof inputs["domainNameConfiguration"] === "object" && inputs["domainNameConfiguration"]),
        targetDomainName: `d-${drawn(10)}.execute-api.${place.region}.amazonaws.com`,
        hostedZoneId: `Z${drawn(13, UPPER_ALPHANUMERIC)}`,
      },
    }),
  },
  "aws:apigateway/restApi:RestApi": {
    id: ({ drawn }) => drawn(10),
    attributes: (subject) => ({
      name: subject.name,
      rootResourceId: subject.drawn(10).split("").toReversed().join(""),
      executionArn: subject.arn("execute-api", subject.id),
      arn: `arn:aws:apigateway:${subject.place.region}::/restapis/${subject.id}`,
    }),
  },
  "aws:apigateway/stage:Stage": {
    named: "stageName",
    attributes: ({ name, inputs, place, arn }) => {
      const api = text(inputs["restApi"]);
      return {
        arn: `arn:aws:apigateway:${place.region}::/restapis/${api}/stages/${name}`,
        executionArn: arn("execute-api", `${api}/${name}`),
        invokeUrl: `https://${api}.execute-api.${place.region}.amazonaws.com/${name}`,
      };
    },
  },
};
