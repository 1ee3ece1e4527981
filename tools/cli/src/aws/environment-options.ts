/** Which environment a command speaks to: the local cloud at `port`, or with any of the others a deployed stage on AWS. */
export interface EnvironmentOptions {
  readonly port?: number;
  readonly stage?: string;
  readonly profile?: string;
  readonly region?: string;
}
