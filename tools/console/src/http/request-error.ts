/** A request that cannot be answered as it was asked, with the status and the sentence for whoever sent it. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly code = "REQUEST_ERROR";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
