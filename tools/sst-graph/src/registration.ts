/** The account and region that a graph is evaluated for. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** Properties by name, as Pulumi hands them over; references to other resources are resolved. */
export type Properties = Readonly<Record<string, unknown>>;

/** A resource as Pulumi registers it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
  /** Set where it is not that of the project. */
  readonly region?: string;
  /** Set where the configuration only refers to a resource that somebody else made: its id. */
  readonly existing?: string;
  /** What AWS would draw for it at random, where the inputs of other resources hold it: `id`, a URL. */
  readonly drawn?: Readonly<Record<string, string>>;
  /** Set where the resource stays in the cloud though it leaves the configuration. */
  readonly retainOnDelete?: true;
}

/** What AWS would have answered on creation: an id and attributes, of which some become inputs of other resources. */
export interface Created {
  readonly id: string;
  readonly state: Properties;
  /** See {@link Registration.drawn}. */
  readonly drawn?: Readonly<Record<string, string>>;
}
