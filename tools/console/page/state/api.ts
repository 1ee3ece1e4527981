import { session } from "./store.ts";

/** The server refused, or does not answer. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code = "API_ERROR";
  /** 0 where nobody answered. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks the server. Server and page are of one build, so its answers have the types of `protocol.ts`. @throws ApiError */
export async function ask<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return call<Answer>(path, signal === undefined ? {} : { signal });
}

/** Has the server change something. @throws ApiError */
export async function change<Answer>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Answer> {
  return call<Answer>(path, {
    method,
    headers: { ...tokenHeader(), "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** What every changing request carries. */
export function tokenHeader(): Record<string, string> {
  return { "x-doorbell-token": session.value?.token ?? "" };
}

/** The sentence of an answer that is none of success. */
export function sentenceOf(text: string, status: number): string {
  try {
    const { message }: { message?: string } = JSON.parse(text);
    if (message !== undefined) return message;
  } catch {
    // It is no JSON.
  }
  return `The server answered ${status}.`;
}

async function call<Answer>(path: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "The local cloud does not answer.");
  }
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, sentenceOf(text, response.status));
  const answer: Answer = JSON.parse(text);
  return answer;
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
