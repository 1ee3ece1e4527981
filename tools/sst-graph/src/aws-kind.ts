import type { Place, Properties, Registration } from "./registration.ts";

/** What is known of a resource when its attributes are made. */
export interface Subject {
  readonly registration: Registration;
  readonly place: Place;
  /** The name by which AWS knows it. */
  readonly name: string;
  /** Of a resource that the configuration only refers to, else as AWS would make it. */
  readonly id: string;
  readonly inputs: Properties;
  readonly arn: (service: string, resource: string) => string;
  /** Characters as AWS draws them for an id, always the same for the same resource. */
  readonly drawn: (length: number, alphabet?: string) => string;
}

/** How AWS names and identifies one type of resource. */
export interface Kind {
  /** The input that holds the name; `name` where it is left out. */
  readonly named?: string;
  readonly id?: (subject: Omit<Subject, "id">) => string;
  readonly attributes: (subject: Subject) => Properties;
  /** Those of its attributes, or `id`, that nobody can tell from its inputs, and whoever runs the graph has to know. */
  readonly drawn?: readonly string[];
}

export const UPPER_ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

export const text = (value: unknown) => (typeof value === "string" ? value : "");

/** A kind whose name is its id, with an ARN. */
export const plain = (service: string, resource: (name: string) => string): Kind => ({
  attributes: ({ name, arn }) => ({ name, arn: arn(service, resource(name)) }),
});
