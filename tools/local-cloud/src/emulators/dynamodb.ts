/** The tables of the local cloud: a DynamoDB Local and what the front endpoint knows about writes to it. */
export interface TablesService {
  /** DynamoDB Local itself, `http://127.0.0.1:PORT`; another one after it was started again. */
  readonly url: string;
  /** Calls `listener` after each successful write request through the front endpoint. Returns the verb that ends it. */
  onWrite(listener: () => void): () => void;
  /** DynamoDB Local's own ARN (region `ddblocal`) of the table's latest stream. Throws where the table has none. */
  streamArn(tableName: string): Promise<string>;
  /** Names the local cloud's region where DynamoDB Local says `ddblocal`, in ARNs and in `awsRegion`. */
  toPublic(text: string): string;
  /** Which records of a stream, by their event ids, are of deletions by time to live. */
  expired(eventIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** For an SDK's client: where DynamoDB Local is at the moment of each call. */
export function currentEndpoint(dynamodb: { readonly url: string }): () => Promise<{ url: URL }> {
  return () => Promise.resolve({ url: new URL(dynamodb.url) });
}
