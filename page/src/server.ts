/** Talking to the server that this page came from. */

import { EventReader } from "./events";

/** What the server said, or that it said nothing. */
export class ServerError extends Error {
  /** @param status of HTTP; 0: no answer came, or it broke off */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type Health = "ready" | "loading" | "gone";

const HEALTH_TIMEOUT_MS = 3000;

export async function health(): Promise<Health> {
  try {
    const response = await fetch("health", { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    return response.ok ? "ready" : "loading";
  } catch {
    return "gone";
  }
}

export async function modelName(): Promise<string> {
  const response = await fetch("v1/models", { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
  const models = (await response.json()) as { data?: { id: string }[] };
  return models.data?.[0]?.id ?? "";
}

/**
 * Sends a request and gives each chunk of its answer to `take`.
 *
 * @throws ServerError when it is refused or breaks off; what `fetch` throws when `signal` aborts it
 */
export async function stream(
  path: string,
  body: unknown,
  key: string,
  signal: AbortSignal,
  take: (chunk: Record<string, unknown>) => void,
): Promise<void> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (key !== "") {
    headers["Authorization"] = `Bearer ${key}`;
  }
  let response: Response;
  try {
    response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  } catch (e) {
    throw signal.aborted ? e : new ServerError(0, "The server cannot be reached.");
  }
  if (!response.ok) {
    throw new ServerError(response.status, problem(await response.text()));
  }
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const events = new EventReader();
  let done = false;
  try {
    for (;;) {
      const { value, done: end } = await reader.read();
      if (end) {
        break;
      }
      for (const { event, data } of events.push(value)) {
        if (event === "error") {
          throw new ServerError(0, problem(data));
        } else if (data === "[DONE]") {
          done = true;
        } else {
          take(JSON.parse(data) as Record<string, unknown>);
        }
      }
    }
  } catch (e) {
    throw signal.aborted || e instanceof ServerError ? e : new ServerError(0, "The answer broke off.");
  }
  if (!done) {
    throw new ServerError(0, "The answer broke off.");
  }
}

/** The words of an error's body. */
function problem(text: string): string {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? text;
  } catch {
    return text;
  }
}
