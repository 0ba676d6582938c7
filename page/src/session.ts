/** What outlives a reload: it lies in the tab and goes with it. */

export interface Message {
  role: "user" | "assistant";
  content: string;
}

export interface Session {
  view: "fill" | "chat";
  text: string;
  messages: Message[];
  options: Record<string, string>;
  key: string;
  /** Whether an answer was under way. */
  busy: boolean;
}

const NAME = "coda4j";

export function load(fresh: Session): Session {
  try {
    return { ...fresh, ...(JSON.parse(sessionStorage.getItem(NAME) ?? "{}") as Partial<Session>) };
  } catch {
    return fresh;
  }
}

/** A tab that may store nothing works without a memory. */
export function save(session: Session): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(session));
  } catch {
    return;
  }
}
