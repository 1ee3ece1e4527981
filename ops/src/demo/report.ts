import type { CloudStatus } from "@doorbell/local-cloud/start-local-cloud";
import { shortFunctionName } from "@doorbell/cli/local/function-name";
import { formatCount, formatSeconds, formatTable } from "@doorbell/cli/table";
import type { Check } from "./checks.ts";
import type { Reject } from "./read-results.ts";

/** What one service did: invocations and failed ones of the function; records, batches given again of its event source. */
export interface ServiceFigures {
  readonly service: string;
  readonly invocations: number;
  readonly records: number;
  readonly retries: number;
  readonly errors: number;
}

/** What the demo measured. `total` has four decimals; times are milliseconds, `pipeline` everything but the boot. */
export interface DemoFigures {
  readonly lines: number;
  readonly orders: number;
  readonly total: string;
  readonly auditEntries: number;
  readonly rejects: readonly Reject[];
  readonly services: readonly ServiceFigures[];
  readonly milliseconds: Readonly<Record<"boot" | "first" | "again" | "repeat" | "mistakes" | "pipeline", number>>;
}

/** The figures of each service out of the local cloud's status. */
export function serviceFigures(status: CloudStatus): ServiceFigures[] {
  const names = status.functions.map((each) => each.function);
  return status.mappings.map(({ target: name, records, retries }) => {
    const figures = status.functions.find((each) => each.function === name);
    return {
      service: shortFunctionName(name, names),
      invocations: figures?.invocations ?? 0,
      records,
      retries,
      errors: figures?.errors ?? 0,
    };
  });
}

/** The whole outcome for a person to read. */
export function formatReport(figures: DemoFigures, checks: readonly Check[]): string {
  const { milliseconds } = figures;
  const outcome = formatTable(
    ["superstore.csv", ""],
    [
      ["order lines", formatCount(figures.lines)],
      ["orders", formatCount(figures.orders)],
      ["total, USD", figures.total],
      ["audit entries", formatCount(figures.auditEntries)],
      ["time", formatSeconds(milliseconds.first)],
    ],
  );
  const services = formatTable(
    ["service", "invocations", "records", "retries", "errors"],
    figures.services.map(({ service, ...counts }) => [
      service,
      ...[counts.invocations, counts.records, counts.retries, counts.errors].map(formatCount),
    ]),
  );
  const rejects = formatTable(
    ["line", "refused because"],
    figures.rejects.map(({ line, reasons }) => [`${line}`, reasons.map(formatReason).join("; ")]),
  );
  const verdicts = checks.map(
    ({ claim, holds, seen }) => `${holds ? "✓" : "✗"} ${claim}${holds ? "" : `\n    seen: ${seen}`}`,
  );
  const times = `pipeline ${formatSeconds(milliseconds.pipeline)} (first file ${formatSeconds(milliseconds.first)}, the same again ${formatSeconds(milliseconds.again)}, once more ${formatSeconds(milliseconds.repeat)}), boot ${formatSeconds(milliseconds.boot)}`;
  return `\n${[outcome, services, `mistakes.csv\n${rejects}`, verdicts.join("\n"), times].join("\n\n")}\n`;
}

function formatReason({ path, expected, received }: Reject["reasons"][number]): string {
  return `${path === "" ? "line" : path}: expected ${expected}, received ${received}`;
}
