import { type Command, Option } from "commander";
import { jsonOption, portNumber, portOption, positive, sinceTime } from "../options.ts";
import { defaultPort } from "../running-cloud.ts";

/** Adds the commands of the local cloud; each is loaded when it is called. */
export function addLocalCommands(program: Command): void {
  addUp(program);

  program
    .command("env")
    .description("print lines that a shell evaluates: endpoint, region, credentials and names of the local cloud")
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./env.ts")).env(options));

  program
    .command("invoke")
    .description("invoke a function and print its result; exit status 1 when the function failed")
    .argument("<function>", "name of the function, such as order-queue, or of its component")
    .requiredOption("--event <file>", "file with the event as JSON, - for standard input")
    .option("--async", "acknowledge at once, run later, retry on failure (InvocationType Event)")
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (name: string, options) => (await import("./invoke.ts")).invoke(name, options));

  program
    .command("logs")
    .description("print the log lines of all functions, or of one")
    .argument("[function]", "name of the function")
    .option("--follow", "stay, and print new lines as they come")
    .addOption(correlationOption())
    .addOption(new Option("--since <time>", "only lines since then: 10m, 2h or an ISO 8601 time").argParser(sinceTime))
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options) => (await import("./logs.ts")).logs(name, options));

  program
    .command("status")
    .description(
      "show queues, functions and event sources: depths, in flight, invocations, errors, states, iterator age",
    )
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./status.ts")).status(options));

  program
    .command("wait")
    .description("wait until no message, event or stream record is left to handle")
    .option("--idle", "the default: there is nothing else to wait for")
    .addOption(
      new Option("--timeout <seconds>", "give up after this long, with exit status 1").argParser(positive).default(60),
    )
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./wait.ts")).wait(options));

  program
    .command("tick")
    .description("fire a schedule of the graph now, a disabled one too")
    .argument("<schedule>", "name of its component, such as Nightly, or of its rule or schedule")
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (name: string, options) => (await import("./tick.ts")).tick(name, options));

  program
    .command("doctor")
    .description("check Node, Java, ports and installed parts, and say what to do about each")
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./doctor.ts")).doctor(options));
}

function addUp(program: Command): void {
  program
    .command("up")
    .description("boot the local cloud, print its endpoint and names, and stay until Ctrl-C")
    .addOption(
      new Option("--port <port>", "port to listen on, 0 for a free one").argParser(portNumber).default(defaultPort),
    )
    .addOption(
      new Option("--console-port <port>", "port of the console (default: the one before --port)").argParser(portNumber),
    )
    .option("--no-console", "do not serve the console")
    .option("--state <dir>", "keep all state in this folder, and go on from it; without it all is in memory")
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
    .addOption(correlationOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./up.ts")).up(options));
}

function correlationOption(): Option {
  return new Option("--correlation <id>", "show only log lines with this correlation id");
}
