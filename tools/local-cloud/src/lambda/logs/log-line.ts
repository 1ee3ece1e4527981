/** One line that a function or the platform wrote about it. */
export interface LogLine {
  readonly function: string;
  /** When the local cloud read it, ISO 8601. */
  readonly time: string;
  /** The log stream: one per execution environment. */
  readonly stream: string;
  /** Without its line end; cut to 256 K characters. */
  readonly line: string;
}
