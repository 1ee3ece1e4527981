import { Command, InvalidArgumentError, Option } from "commander";
import { CommandError } from "./command-error.ts";
import { parseSince } from "./operate/failures/selection.ts";
import { followLifeline } from "./lifeline.ts";
import { defaultPort } from "./running-cloud.ts";

/** The `doorbell` command: parses arguments and hands over; each command lives in a file of its own, loaded when it is called. */
const program = new Command("doorbell")
  .description("An event-driven order pipeline on AWS Lambda, and the cloud on a laptop that it runs on.")
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError("(add --help for the options)");

const port = () =>
  new Option(
    "--port <port>",
    `port of the local cloud (default: that of AWS_ENDPOINT_URL, else ${defaultPort})`,
  ).argParser(portNumber);
/** The local cloud, or a deployed stage: for commands that work on both. */
const pipeline = (command: Command) =>
  command
    .addOption(port())
    .option("--stage <stage>", "speak to this stage on AWS instead of the local cloud")
    .option("--profile <profile>", "profile of the AWS configuration, with --stage")
    .option("--region <region>", "AWS region, with --stage");
const correlation = () => new Option("--correlation <id>", "show only log lines with this correlation id");
const json = () => new Option("--json", "print JSON for programs");

program
  .command("up")
  .description("boot the local cloud, print its endpoint and names, and stay until Ctrl-C")
  .addOption(
    new Option("--port <port>", "port to listen on, 0 for a free one").argParser(portNumber).default(defaultPort),
  )
  .addOption(new Option("--state <dir>", "keep all state in this folder, and go on from it").conflicts("memory"))
  .option("--memory", "keep nothing (the default)")
  .option("--dynamodb-endpoint <url>", "use a DynamoDB Local that runs elsewhere (no Java needed here)")
  .option(
    "--faults <spec|file>",
    "let things go wrong, as with seed=7,all=0.02,clockSkewMs=500,crashAt=order-queue:3 (see docs/local-cloud.md)",
  )
  .addOption(
    new Option("--time-scale <factor>", "multiply AWS's long waits (retries, windows, ages) by this")
      .argParser(positive)
      .default(1),
  )
  .option("--no-watch", "do not reload a handler when its sources change")
  .option("--inspect <function>", "open Node's debugger in a function, which then has no limits of time and memory")
  .option("--logs", "show the functions' logs as they come (the default on a terminal)")
  .option("--no-logs", "do not show them")
  .addOption(correlation())
  .addOption(json())
  .action(async (options) => (await import("./local/up.ts")).up(options));

program
  .command("env")
  .description('print export lines for a shell: eval "$(npm run -s doorbell -- env)"')
  .addOption(port())
  .addOption(json())
  .action(async (options) => (await import("./local/env.ts")).env(options));

program
  .command("invoke")
  .description("invoke a function and print its result; exit status 1 when the function failed")
  .argument("<function>", "name of the function, such as order-queue")
  .requiredOption("--event <file>", "file with the event as JSON, - for standard input")
  .option("--async", "acknowledge at once, run later, retry on failure (InvocationType Event)")
  .addOption(port())
  .addOption(json())
  .action(async (name: string, options) => (await import("./local/invoke.ts")).invoke(name, options));

program
  .command("logs")
  .description("print the log lines of all functions, or of one")
  .argument("[function]", "name of the function")
  .option("--follow", "stay, and print new lines as they come")
  .addOption(correlation())
  .addOption(new Option("--since <time>", "only lines since then: 10m, 2h or an ISO 8601 time").argParser(sinceTime))
  .addOption(port())
  .addOption(json())
  .action(async (name: string | undefined, options) => (await import("./local/logs.ts")).logs(name, options));

program
  .command("status")
  .description("show queues, functions and event sources: depths, in flight, invocations, errors, states, iterator age")
  .addOption(port())
  .addOption(json())
  .action(async (options) => (await import("./local/status.ts")).status(options));

program
  .command("wait")
  .description("wait until no message, event or stream record is left to handle")
  .requiredOption("--idle", "what to wait for")
  .addOption(
    new Option("--timeout <seconds>", "give up after this long, with exit status 1").argParser(positive).default(60),
  )
  .addOption(port())
  .addOption(json())
  .action(async (options) => (await import("./local/wait.ts")).wait(options));

const events = program.command("events").description("captured and made-up Lambda events");

events
  .command("check")
  .description(
    "say which source a captured Lambda event has, and print it as read or what is wrong; exit status 1 then",
  )
  .argument("<file>", "file with the event as JSON, - for standard input")
  .option("--source <source>", "read it as this: s3, sqs, orders, sns, dynamodb, eventbridge or cloudevents")
  .action(async (file: string, options) => (await import("./events/check.ts")).eventsCheck(file, options));

events
  .command("sample")
  .description(
    "print a complete Lambda event for doorbell invoke: s3 and dynamodb of what the running local cloud holds, else made-up",
  )
  .argument("<source|type>", "such as s3, s3-sqs, sqs, dynamodb or doorbell.order.placed.v1")
  .addOption(new Option("--count <records>", "how many records").argParser(recordCount).default(1))
  .addOption(new Option("--seed <number>", "another seed, other made-up content").argParser(seed).default(1))
  .option("--made-up", "make up all content, even with a local cloud running")
  .addOption(port())
  .action(async (name: string, options) => (await import("./events/sample.ts")).eventsSample(name, options));

pipeline(
  program
    .command("trace")
    .description("tell what happened to an order, upload, event or message across all services, in the order of time")
    .argument("<id>", "order id, upload id, correlation id, event id, message id or sequence number")
    .addOption(
      new Option("--hours <count>", "on AWS, search the logs of the last hours").argParser(positive).default(72),
    ),
)
  .addOption(json())
  .action(async (id: string, options) => (await import("./operate/trace-command.ts")).trace(id, options));

const orders = program.command("orders").description("orders as they are stored");

pipeline(
  orders
    .command("show")
    .description("print an order as it is stored, personal data and all")
    .argument("<order>", "order id"),
).action(async (id: string, options) => (await import("./orders.ts")).ordersShow(id, options));

const uploads = program.command("uploads").description("receipts of uploaded files");

pipeline(
  uploads
    .command("list")
    .description("list the newest uploads, how each ended and what came of it")
    .addOption(new Option("--limit <count>", "maximum number of entries").argParser(count).default(50)),
)
  .addOption(json())
  .action(async (options) => (await import("./uploads.ts")).uploadsList(options));

pipeline(uploads.command("show").description("print the receipt of an upload").argument("<upload>", "upload id"))
  .addOption(json())
  .action(async (id: string, options) => (await import("./uploads.ts")).uploadsShow(id, options));

const audit = program.command("audit").description("the audit trail of the orders");

pipeline(audit.command("show").description("print the audit entries of an order").argument("<order>", "order id"))
  .addOption(json())
  .action(async (id: string, options) => (await import("./audit/show.ts")).auditShow(id, options));

pipeline(
  audit
    .command("verify")
    .description(
      "prove that every change of every order is recorded, or name what is wrong; exit status 1 if anything is",
    )
    .addOption(
      new Option("--grace <seconds>", "look again after this long at what is wrong, since a change takes a moment")
        .argParser(positive)
        .default(3),
    ),
)
  .addOption(json())
  .action(async (options) => (await import("./audit/verify.ts")).auditVerify(options));

program
  .command("doctor")
  .description("check Node, Java, ports and installed parts, and say what to do about each")
  .addOption(port())
  .addOption(json())
  .action(async (options) => (await import("./local/doctor.ts")).doctor(options));

program
  .command("demo")
  .description("send a real file of 5,009 orders through the whole pipeline and check the outcome")
  .addOption(json())
  .action(async (options) => (await import("./demo/demo.ts")).demo(options));

const failures = program
  .command("failures")
  .description("what failed for good: parked and exhausted messages, stream batches and uploads");
const reason = () =>
  new Option("--reason <text>", "only those of this kind, or with this in their reason (in any case)");
const since = () =>
  new Option("--since <time>", "only those that failed since then: 2h, 30m, 3d or an ISO 8601 time").argParser(
    sinceTime,
  );

pipeline(failures.command("list"))
  .description("list them: where, what, why, attempts, first and last time")
  .addOption(reason())
  .addOption(since())
  .addOption(json())
  .action(async (options) => (await import("./operate/failures-list.ts")).failuresList(options));

pipeline(failures.command("show"))
  .description("show one whole, with its content (which may hold personal data)")
  .argument("<id>", "id of the failure, or the beginning of it")
  .addOption(json())
  .action(async (id: string, options) => (await import("./operate/failures-show.ts")).failuresShow(id, options));

pipeline(failures.command("redrive"))
  .description("send them back where they belong; each is taken out after it was sent, so it may be repeated at will")
  .argument("[ids...]", "ids of failures, or the beginnings of them")
  .option("--all", "all of them")
  .addOption(reason())
  .addOption(since())
  .addOption(new Option("--rate <number>", "maximum per second").argParser(positive).default(10))
  .addOption(new Option("--wait <seconds>", "stay so long to see what becomes of them").argParser(positive))
  .option("--dry-run", "only list what would be sent back")
  .addOption(json())
  .action(async (ids: string[], options) =>
    (await import("./operate/failures-redrive.ts")).failuresRedrive(ids, options),
  );

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("expected a port, 0 to 65535.");
  return value;
}

function recordCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000)
    throw new InvalidArgumentError("expected a number of records, 1 to 10,000.");
  return value;
}

/** A seed has 32 bits: two that differ in others would make the same event. */
function seed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 0xffffffff) {
    throw new InvalidArgumentError("expected a whole number from 0 to 4294967295.");
  }
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("expected a number above 0.");
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number above 0.");
  return value;
}

function sinceTime(text: string): number {
  const time = parseSince(text, Date.now());
  if (time === undefined)
    throw new InvalidArgumentError("expected 30m, 2h, 3d or a time such as 2026-01-31T12:00:00Z.");
  return time;
}

// Whoever reads the output may have seen enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

followLifeline();
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`doorbell: ${error.message}\n`);
  process.exitCode = error.exitStatus;
}
