import { jsonOption, positive, wholeNumber, withEnvironmentOptions } from "@doorbell/cli/options";
import type { Command } from "commander";
import { Option } from "commander";

/** How an order is named. */
const ORDER = "partner/order id; the id alone reads the whole orders table, and has to be of one partner";

/** Adds this pipeline's own commands; what each does is loaded when it is called. */
export function addCommands(program: Command): void {
  program
    .command("demo")
    .description("send a real file of 5,009 orders through the whole pipeline and check the outcome")
    .addOption(jsonOption())
    .action(async (options) => (await import("./demo/demo.ts")).demo(options));
  addOrders(program.command("orders").description("orders as they are stored"));
  addUploads(program.command("uploads").description("receipts of uploaded files"));
  addAudit(program.command("audit").description("the audit trail of the orders"));
}

function addOrders(orders: Command): void {
  withEnvironmentOptions(orders.command("show"))
    .description("print an order as it is stored, personal data and all")
    .argument("<order>", ORDER)
    .action(async (id: string, options) => (await import("./orders.ts")).ordersShow(id, options));
}

function addUploads(uploads: Command): void {
  withEnvironmentOptions(uploads.command("list"))
    .description("list the newest uploads, how each ended and what came of it")
    .addOption(new Option("--limit <count>", "maximum number of entries").argParser(count).default(50))
    .addOption(jsonOption())
    .action(async (options) => (await import("./uploads.ts")).uploadsList(options));
  withEnvironmentOptions(uploads.command("show"))
    .description("print the receipt of an upload")
    .argument("<upload>", "upload id")
    .addOption(jsonOption())
    .action(async (id: string, options) => (await import("./uploads.ts")).uploadsShow(id, options));
}

function addAudit(audit: Command): void {
  withEnvironmentOptions(audit.command("show"))
    .description("print the audit entries of an order")
    .argument("<order>", ORDER)
    .addOption(jsonOption())
    .action(async (id: string, options) => (await import("./audit/show.ts")).auditShow(id, options));
  withEnvironmentOptions(audit.command("verify"))
    .description(
      "prove that every change of every order is recorded, or name what is wrong; exit status 1 if anything is",
    )
    .addOption(
      new Option("--grace <seconds>", "look again after this long at what is wrong, since a change takes a moment")
        .argParser(positive)
        .default(3),
    )
    .addOption(jsonOption())
    .action(async (options) => (await import("./audit/verify.ts")).auditVerify(options));
}

function count(text: string): number {
  return wholeNumber(text, 1, Number.MAX_SAFE_INTEGER, "a whole number above 0");
}
