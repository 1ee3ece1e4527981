import { type Command, Option } from "commander";
import { portOption, wholeNumber } from "../options.ts";

/** Adds the commands about events; each is loaded when it is called. */
export function addEventCommands(program: Command): void {
  const events = program.command("events").description("captured and made-up Lambda events");

  events
    .command("check")
    .description(
      "say which source a captured Lambda event has, and print it as read or what is wrong; exit status 1 then",
    )
    .argument("<file>", "file with the event as JSON, - for standard input")
    .option("--source <source>", "read it as this: s3, sqs, sns, dynamodb, eventbridge or one of the project's own")
    .action(async (file: string, options) => (await import("./check.ts")).eventsCheck(file, options));

  events
    .command("sample")
    .description(
      "print a complete Lambda event for doorbell invoke: s3 and dynamodb of what the running local cloud holds, else made-up",
    )
    .argument("<source|type>", "such as s3, s3-sqs, sqs, dynamodb or one of the project's own")
    .addOption(new Option("--count <records>", "how many records").argParser(recordCount).default(1))
    .addOption(new Option("--seed <number>", "another seed, other made-up content").argParser(seed).default(1))
    .option("--of <component>", "the bucket, queue or table that it comes from, where several call functions")
    .option("--made-up", "make up all content, even with a local cloud running")
    .addOption(portOption())
    .action(async (name: string, options) => (await import("./sample.ts")).eventsSample(name, options));
}

function recordCount(text: string): number {
  return wholeNumber(text, 1, 10_000, "a number of records, 1 to 10,000");
}

/** A seed has 32 bits: two that differ in others would make the same event. */
function seed(text: string): number {
  return wholeNumber(text, 0, 0xffffffff, "a whole number from 0 to 4294967295");
}
