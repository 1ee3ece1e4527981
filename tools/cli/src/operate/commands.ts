import { type Command, Option } from "commander";
import { jsonOption, positive, sinceTime, withEnvironmentOptions } from "../options.ts";

/** Adds the commands of whoever operates a project, on the local cloud or on a deployed stage; each is loaded when it is called. */
export function addOperateCommands(program: Command): void {
  withEnvironmentOptions(
    program
      .command("trace")
      .description("tell what happened to whatever an id names, across all services, in the order of time")
      .argument(
        "<id>",
        "any id in the logs: of a message, a stream record, an invocation, a correlation id, or the project's own",
      )
      .addOption(
        new Option("--hours <count>", "on AWS, search the logs of the last hours").argParser(positive).default(72),
      ),
  )
    .addOption(jsonOption())
    .action(async (id: string, options) => (await import("./trace.ts")).trace(id, options));

  addFailures(
    program
      .command("failures")
      .description("what failed for good: dead letters, and what functions and streams gave up"),
  );
}

function addFailures(failures: Command): void {
  withEnvironmentOptions(failures.command("list"))
    .description("list them: where, what, why, attempts, first and last time")
    .addOption(reasonOption())
    .addOption(sinceOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./failures-list.ts")).failuresList(options));

  withEnvironmentOptions(failures.command("show"))
    .description("show one whole, with its content (which may hold personal data)")
    .argument("<id>", "id of the failure, or the beginning of it")
    .addOption(jsonOption())
    .action(async (id: string, options) => (await import("./failures-show.ts")).failuresShow(id, options));

  withEnvironmentOptions(failures.command("redrive"))
    .description("send them back where they belong; each is taken out after it was sent, so it may be repeated at will")
    .argument("[ids...]", "ids of failures, or the beginnings of them")
    .option("--all", "all of them")
    .addOption(reasonOption())
    .addOption(sinceOption())
    .addOption(new Option("--rate <number>", "maximum per second").argParser(positive).default(10))
    .addOption(new Option("--wait <seconds>", "wait this long to see what becomes of them").argParser(positive))
    .option("--dry-run", "only list what would be sent back")
    .addOption(jsonOption())
    .action(async (ids: string[], options) => (await import("./failures-redrive.ts")).failuresRedrive(ids, options));
}

function reasonOption(): Option {
  return new Option("--reason <text>", "only those of this kind, or with this in their reason (in any case)");
}

function sinceOption(): Option {
  const text = "only those that failed since then: 2h, 30m, 3d or an ISO 8601 time";
  return new Option("--since <time>", text).argParser(sinceTime);
}
