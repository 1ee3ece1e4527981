/** What a service answers. */
export type EventSource = "queue" | "FIFO queue" | "bucket" | "table stream";

/** What one line of the list says of a service. */
export interface Service {
  /** Its folder in `apps/`; its function is `<app>-<stage>-<name>`. */
  readonly name: string;
  /** The team, as in CODEOWNERS. */
  readonly owner: `@${string}/${string}`;
  /** The file of this folder that holds its function and its resources. */
  readonly file: `${string}.ts`;
  readonly eventSource: EventSource;
  /** The component whose events it answers. */
  readonly answers: string;
  /** The component where events end that it cannot handle. */
  readonly failures: string;
}

/**
 * Every service of the house, by name: the one list of them. The infrastructure tests hold it against the graph and CODEOWNERS
 * against it. Plain data, since tests read it without SST.
 */
export const services = [
  {
    name: "change-audit",
    owner: "@doorbell/audit",
    file: "audit.ts",
    eventSource: "table stream",
    answers: "OrdersTable",
    failures: "Failures",
  },
  {
    name: "order-queue",
    owner: "@doorbell/orders",
    file: "orders.ts",
    eventSource: "queue",
    answers: "Orders",
    failures: "OrdersDlq",
  },
  {
    name: "upload-ingest",
    owner: "@doorbell/intake",
    file: "uploads.ts",
    eventSource: "bucket",
    answers: "Uploads",
    failures: "UploadFailures",
  },
] as const satisfies readonly Service[];

/** The name of a service that is on the list. */
export type ServiceName = (typeof services)[number]["name"];
