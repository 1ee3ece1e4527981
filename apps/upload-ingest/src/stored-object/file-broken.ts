/**
 * The file cannot be read to its end, now or ever: it is truncated, corrupt or beyond a limit. What was found before the break
 * stays; the reason is for its sender.
 */
export class FileBroken extends Error {
  readonly code = "FILE_BROKEN";
  readonly reason: string;

  constructor(reason: string, options?: { cause?: unknown }) {
    super(`File broken: ${reason}`, options);
    this.name = "FileBroken";
    this.reason = reason;
  }
}
