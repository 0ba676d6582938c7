/** Puts the page together: two views that ask, a stage that shows what happens, and one answer at a time. */

import { Editor, lengthInWords } from "./editor";
import { EXAMPLE } from "./example";
import { filled, type HoledText, MOST_TOKENS, piecesOf } from "./holes";
import { type Diffusion, Recording } from "./recording";
import { type Health, health, modelName, ServerError, stream } from "./server";
import { load, type Message, save, type Session } from "./session";
import { type Asked, element, Stage } from "./stage";

type View = Session["view"];

/** What the server's chunks hold of what is looked at. */
interface Chunk {
  choices?: {
    text?: string;
    delta?: { content?: string };
    finish_reason: string | null;
    regions?: { text: string }[];
  }[];
  diffusion?: Diffusion;
  coda?: { cost: Record<string, number> };
}

const OPTIONS = ["effort", "temperature", "seed", "most"] as const;
const LOOK_AGAIN_MS = 1000;
const SAVE_AFTER_MS = 300;
const SEEDS = 2 ** 31;

const session = load({ view: "fill", text: EXAMPLE, messages: [], options: {}, key: "", busy: false });
const stage = new Stage();
/** Under the page's policy the editor's styles need it. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="nonce"]')?.content ?? "";
const editor = new Editor(element("editor"), session.text, nonce, { changed: textChanged, fill: () => void run() });
const shown: Partial<Record<View, { recording: Recording; asked: Asked | null }>> = {};
let lastFill: { text: HoledText; answers: string[] } | null = null;
let running: AbortController | null = null;
let watching = false;
let saving = 0;
let leaving = false;

// What is remembered

function remember(): void {
  if (leaving) {
    return; // what ends with the page is not what there was
  }
  session.text = editor.text;
  session.busy = running !== null;
  session.options = Object.fromEntries(OPTIONS.map((name) => [name, option(name)]));
  save(session);
}

function rememberSoon(): void {
  clearTimeout(saving);
  saving = window.setTimeout(remember, SAVE_AFTER_MS);
}

// What is said

function say(text: string, bad = false): void {
  const status = element("status");
  status.textContent = text;
  status.classList.toggle("bad", bad);
}

// The text and its holes

function textChanged(): void {
  rememberSoon();
  lengthFields();
  if (shown.fill === undefined || shown.fill.asked === null) {
    preview();
  }
}

/** Before the first answer the canvas shows what there is to be filled. */
function preview(): void {
  try {
    const text = editor.holed();
    const recording = new Recording(piecesOf(text), text.regions.map(({ tokens }) => tokens));
    shown.fill = { recording, asked: null };
    if (session.view === "fill" && running === null) {
      stage.show(recording, null, true);
    }
  } catch (e) {
    say((e as Error).message, true);
  }
}

/** A field for the length of each hole. */
function lengthFields(): void {
  const group = element("lengths");
  const lengths = editor.lengths();
  if (group.childElementCount !== Math.max(1, lengths.length) || group.dataset["holes"] !== String(lengths.length)) {
    group.dataset["holes"] = String(lengths.length);
    group.replaceChildren(...(lengths.length === 0 ? [hint()] : lengths.map((_, i) => lengthField(i))));
  }
  group.querySelectorAll("input").forEach((input, i) => {
    const tokens = lengths[i] ?? null;
    const value = tokens === null ? "" : String(tokens);
    if (input.value !== value && document.activeElement !== input) {
      input.value = value;
    }
    input.title = `Hole ${i + 1}: ${lengthInWords(tokens)}`;
  });
}

function hint(): HTMLElement {
  const text = document.createElement("p");
  text.textContent = "No hole yet: what you select is filled, or the place of the cursor.";
  return text;
}

function lengthField(i: number): HTMLElement {
  const label = document.createElement("label");
  const number = document.createElement("b");
  number.textContent = String(i + 1);
  const input = document.createElement("input");
  input.type = "number";
  input.min = "1";
  input.max = String(MOST_TOKENS);
  input.placeholder = "auto";
  input.setAttribute("aria-label", `Tokens of hole ${i + 1}; empty: the model finds out`);
  input.addEventListener("input", () => {
    const tokens = input.valueAsNumber;
    if (input.value === "" || (tokens >= 1 && tokens <= MOST_TOKENS)) {
      editor.setLength(i, input.value === "" ? null : Math.floor(tokens));
    }
  });
  label.append(number, input);
  return label;
}

// What is asked

function option(name: (typeof OPTIONS)[number]): string {
  return element<HTMLInputElement>(name).value;
}

/** The fields that both views send; a seed always, so that the same request gives the same answer. */
function options(): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  if (option("effort") !== "") {
    body["effort"] = option("effort");
  }
  if (option("temperature") !== "") {
    body["temperature"] = Number(option("temperature"));
  }
  if (option("most") !== "") {
    body["max_tokens"] = Number(option("most"));
  }
  body["seed"] = option("seed") === "" ? Math.floor(Math.random() * SEEDS) : Number(option("seed"));
  return body;
}

async function run(): Promise<void> {
  if (running === null) {
    await (session.view === "fill" ? fill() : chat());
  }
}

async function fill(): Promise<void> {
  let text: HoledText;
  try {
    text = editor.holed();
  } catch (e) {
    say((e as Error).message, true);
    return;
  }
  const lengths = text.regions.map(({ tokens }) => tokens);
  const regions = text.regions.map(({ start, end, tokens }) => (tokens === null ? { start, end } : { start, end, tokens }));
  const body = { prompt: text.prompt, regions, ...options() };
  const recording = new Recording(piecesOf(text), lengths);
  lastFill = null;
  useable();
  const holes = lengths.length === 1 ? "1 hole" : `${lengths.length} holes`;
  const answers = await answer("fill", "v1/completions", body, recording, `Filling ${holes} …`, () => {});
  if (answers !== null) {
    lastFill = { text, answers };
    useable();
  }
}

async function chat(): Promise<void> {
  const field = element<HTMLTextAreaElement>("message");
  const content = field.value.trim();
  if (content === "") {
    field.focus();
    return;
  }
  session.messages.push({ role: "user", content });
  field.value = "";
  messages();
  const reply = bubble({ role: "assistant", content: "" });
  element("messages").append(reply);
  const body = { messages: session.messages, ...options() };
  const recording = new Recording(["", ""], [null]);
  const answers = await answer("chat", "v1/chat/completions", structuredClone(body), recording, "Answering …", (text) => {
    reply.textContent = text;
    element("messages").scrollTop = element("messages").scrollHeight;
  });
  if (answers === null) {
    session.messages.pop();
    field.value = field.value === "" ? content : field.value;
  } else {
    session.messages.push({ role: "assistant", content: answers[0] ?? "" });
  }
  messages();
  remember();
}

/**
 * Asks and shows what happens.
 *
 * @param soFar is given the text under way, masks included
 * @returns the text of each hole; null when there is no answer, which was said
 */
async function answer(
  view: View,
  path: string,
  body: Record<string, unknown>,
  recording: Recording,
  words: string,
  soFar: (text: string) => void,
): Promise<string[] | null> {
  const abort = new AbortController();
  const began = performance.now();
  const asked = { path, body, withKey: session.key !== "" };
  shown[view] = { recording, asked };
  stage.show(recording, asked, true);
  busy(abort);
  say(words);
  let text = "";
  const streamed = { ...body, stream: true, stream_options: { diffusion: true } };
  try {
    await stream(path, streamed, session.key, abort.signal, (raw) => {
      const chunk = raw as Chunk;
      const choice = chunk.choices?.[0];
      text += choice?.text ?? choice?.delta?.content ?? "";
      if (chunk.diffusion !== undefined) {
        recording.add(chunk.diffusion);
        soFar(chunk.diffusion.text);
      }
      if (choice?.finish_reason) {
        const texts = choice.regions?.map((region) => region.text) ?? [text];
        recording.outcome = { texts, finish: choice.finish_reason, cost: chunk.coda?.cost ?? {} };
      }
      if (shown[session.view]?.recording === recording) {
        stage.grown();
      }
    });
    say(`Done in ${((performance.now() - began) / 1000).toFixed(2)} s.`);
    return recording.outcome?.texts ?? [text];
  } catch (e) {
    recording.outcome ??= { texts: [], finish: "cancelled", cost: {} };
    failed(e, abort.signal.aborted);
    return null;
  } finally {
    busy(null);
    if (shown[session.view]?.recording === recording) {
      stage.grown();
    }
  }
}

function failed(e: unknown, aborted: boolean): void {
  if (aborted) {
    say("Stopped.");
  } else if (e instanceof ServerError && e.status === 401) {
    say("This server asks for a key.", true);
    element<HTMLDialogElement>("key-dialog").showModal();
  } else {
    say((e as Error).message, true);
    if (e instanceof ServerError && (e.status === 0 || e.status === 503)) {
      void watchServer();
    }
  }
}

function busy(abort: AbortController | null): void {
  running = abort;
  element<HTMLButtonElement>("run").disabled = abort !== null;
  element<HTMLButtonElement>("stop").disabled = abort === null;
  document.body.classList.toggle("busy", abort !== null);
  remember();
}

function useable(): void {
  element<HTMLButtonElement>("use").disabled = lastFill === null;
}

// Messages

function messages(): void {
  const log = element("messages");
  log.replaceChildren(...(session.messages.length > 0 ? session.messages.map(bubble) : [welcome()]));
  log.scrollTop = log.scrollHeight;
}

function welcome(): HTMLElement {
  const text = document.createElement("p");
  text.className = "welcome";
  text.textContent =
    "Ask the model that is served. coda-mini, the small one in the box, fills holes and does not converse.";
  return text;
}

function bubble({ role, content }: Message): HTMLElement {
  const bubble = document.createElement("div");
  bubble.className = `message ${role}`;
  bubble.textContent = content;
  return bubble;
}

// The server

/** Looks until it can answer. */
async function watchServer(): Promise<void> {
  if (watching) {
    return;
  }
  watching = true;
  const before = element("server").dataset["health"] as Health;
  let now = await health();
  let waited = now !== "ready";
  while (now !== "ready") {
    healthIs(now);
    await new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
    now = await health();
    waited = true;
  }
  watching = false;
  healthIs(now);
  try {
    element("model").textContent = await modelName();
  } catch {
    void watchServer();
    return;
  }
  if (waited && before === "ready") {
    say("The server is back.");
  }
}

function healthIs(now: Health): void {
  element("server").dataset["health"] = now;
  if (now !== "ready") {
    element("model").textContent = now === "loading" ? "loading the model …" : "no server";
  }
}

// Views

function open(view: View): void {
  session.view = view;
  for (const each of ["fill", "chat"] as const) {
    const tab = element<HTMLButtonElement>(`view-${each}`);
    tab.setAttribute("aria-selected", String(each === view));
    tab.tabIndex = each === view ? 0 : -1;
    element(`${each}-view`).hidden = each !== view;
  }
  element("run-label").textContent = view === "fill" ? "Fill" : "Send";
  element("use").hidden = view === "chat";
  const there = shown[view] ?? { recording: new Recording([""], []), asked: null };
  stage.show(there.recording, there.asked, there.recording.outcome === null);
  rememberSoon();
}

function listen(): void {
  element("run").addEventListener("click", () => void run());
  element("stop").addEventListener("click", () => running?.abort());
  element("make-hole").addEventListener("click", () => editor.makeHole());
  element("example").addEventListener("click", () => editor.replaceText(EXAMPLE));
  element("use").addEventListener("click", () => {
    if (lastFill !== null) {
      editor.replaceText(filled(lastFill.text, lastFill.answers));
      say("The answers are in the text; undo takes them out.");
      editor.focus();
    }
  });
  element("new-chat").addEventListener("click", () => {
    running?.abort();
    session.messages = [];
    messages();
    rememberSoon();
  });
  element("message").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void run();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && running !== null) {
      running.abort();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
      event.preventDefault();
      void run();
    }
  });
  const views = ["fill", "chat"] as const;
  views.forEach((view, i) => {
    const tab = element(`view-${view}`);
    tab.addEventListener("click", () => open(view));
    tab.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
        const other = views[1 - i]!;
        open(other);
        element(`view-${other}`).focus();
      }
    });
  });
  element("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useKey();
  });
  element("key-cancel").addEventListener("click", () => element<HTMLDialogElement>("key-dialog").close());
  OPTIONS.forEach((name) => element(name).addEventListener("input", rememberSoon));
  addEventListener("pagehide", () => {
    remember();
    leaving = true;
  });
  addEventListener("pageshow", () => (leaving = false));
}

function useKey(): void {
  session.key = element<HTMLInputElement>("key").value.trim();
  element<HTMLDialogElement>("key-dialog").close();
  remember();
  void run();
}

const interrupted = session.busy;
OPTIONS.forEach((name) => (element<HTMLInputElement>(name).value = session.options[name] ?? ""));
if (/Mac|iPhone|iPad/.test(navigator.userAgent)) {
  element("run-keys").textContent = "⌘ ↵";
}
listen();
messages();
lengthFields();
preview();
open(session.view);
busy(null);
if (interrupted) {
  say("The page was loaded anew while an answer came: ask again.");
}
void watchServer();
