/** The right half of the page: the canvas with its slider, the request as programs, and what it cost. */

import { Canvas } from "./canvas";
import { Player } from "./player";
import type { Recording } from "./recording";
import { curl, java } from "./snippets";

/** What was asked: where, and the body without what only this page needs. */
export interface Asked {
  path: string;
  body: Record<string, unknown>;
  withKey: boolean;
}

const COSTS: [string, string, number][] = [
  ["forwards", "passes", 0],
  ["commits_per_forward", "tokens/pass", 2],
  ["new_tokens", "new tokens", 0],
  ["prompt_tokens", "prompt tokens", 0],
  ["prompt_ms", "prompt ms", 1],
  ["decode_ms", "decode ms", 1],
  ["tokens_per_second", "tokens/s", 0],
];

const TABS = ["canvas", "curl", "java"] as const;

export function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

export class Stage {
  private readonly canvas = new Canvas(element("canvas"));
  private readonly slider = element<HTMLInputElement>("slider");
  private readonly pause = element<HTMLButtonElement>("pause");
  private readonly order = element<HTMLButtonElement>("order");
  private recording: Recording | null = null;
  private asked: Asked | null = null;
  private player = new Player(true);
  private drawn = -1;
  private last = 0;
  private running = false;

  constructor() {
    this.slider.addEventListener("input", () => {
      this.player.seek(Number(this.slider.value));
      this.draw();
    });
    this.pause.addEventListener("click", () => this.toggle());
    this.order.addEventListener("click", () => {
      const on = this.order.getAttribute("aria-pressed") !== "true";
      this.order.setAttribute("aria-pressed", String(on));
      element("canvas").classList.toggle("ordered", on);
    });
    TABS.forEach((tab, i) => {
      const button = element<HTMLButtonElement>(`tab-${tab}`);
      button.addEventListener("click", () => this.open(tab));
      button.addEventListener("keydown", (event) => {
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (step !== 0) {
          const next = TABS[(i + step + TABS.length) % TABS.length]!;
          this.open(next);
          element(`tab-${next}`).focus();
        }
      });
    });
    for (const kind of ["curl", "java"]) {
      element(`copy-${kind}`).addEventListener("click", () => void copy(element(`code-${kind}`), element(`copy-${kind}`)));
    }
    this.costs(null);
  }

  /** Shows a recording, from its beginning or, when it is over, its end. */
  show(recording: Recording, asked: Asked | null, fromStart: boolean): void {
    this.recording = recording;
    this.asked = asked;
    this.player = new Player(matchMedia("(prefers-reduced-motion: reduce)").matches);
    if (!fromStart) {
      this.player.seek(recording.frames);
      this.player.playing = true;
    }
    this.drawn = -1;
    this.canvas.show(recording);
    this.requests();
    this.costs(recording.outcome?.cost ?? null);
    this.draw();
    this.wake();
  }

  /** The recording became longer, or has its outcome. */
  grown(): void {
    this.costs(this.recording?.outcome?.cost ?? null);
    this.wake();
  }

  private toggle(): void {
    if (this.recording === null) {
      return;
    }
    if (this.isMoving()) {
      this.player.pause();
    } else {
      this.player.play(this.recording.frames);
    }
    this.draw();
    this.wake();
  }

  /** Whether frames go by, or would if there were more of them. */
  private isMoving(): boolean {
    const recording = this.recording;
    const goesOn = this.asked !== null && recording?.outcome === null;
    return recording !== null && this.player.playing && (goesOn || this.player.frame < recording.frames);
  }

  /** Runs once for each picture of the browser, as long as there is something to show. */
  private wake(): void {
    if (!this.running) {
      this.running = true;
      this.last = performance.now();
      requestAnimationFrame((now) => this.tick(now));
    }
  }

  private tick(now: number): void {
    const newest = this.recording?.frames ?? 0;
    this.player.advance(Math.max(0, now - this.last), newest);
    this.last = now;
    this.draw();
    if (this.player.playing && this.player.frame < newest) {
      requestAnimationFrame((next) => this.tick(next));
    } else {
      this.running = false;
    }
  }

  private draw(): void {
    const recording = this.recording;
    const newest = recording?.frames ?? 0;
    const frame = this.player.frame;
    if (frame !== this.drawn) {
      this.drawn = frame;
      this.canvas.update(frame);
      this.slider.value = String(frame);
    }
    if (this.slider.max !== String(newest)) {
      this.slider.max = String(newest);
      this.slider.value = String(frame);
    }
    const idle = newest === 0;
    this.slider.disabled = idle;
    this.pause.disabled = idle;
    setText(this.pause, this.isMoving() ? "Pause" : "Play");
    const masks = recording?.masksLeft(frame) ?? 0;
    const text = idle ? "no steps yet" : `step ${frame} of ${newest} · ${masks} ${masks === 1 ? "mask" : "masks"} left`;
    setText(element("where"), text);
    this.slider.setAttribute("aria-valuetext", text);
  }

  private open(tab: (typeof TABS)[number]): void {
    for (const each of TABS) {
      const button = element<HTMLButtonElement>(`tab-${each}`);
      button.setAttribute("aria-selected", String(each === tab));
      button.tabIndex = each === tab ? 0 : -1;
      element(`pane-${each}`).hidden = each !== tab;
    }
  }

  private requests(): void {
    const asked = this.asked;
    const url = asked === null ? "" : new URL(asked.path, document.baseURI).href;
    const none = "Fill or ask something first: here is then the same request for your own program.";
    element("code-curl").classList.toggle("nothing", asked === null);
    element("code-java").classList.toggle("nothing", asked === null);
    element("code-curl").textContent = asked === null ? none : curl(url, asked.body, asked.withKey);
    element("code-java").textContent = asked === null ? none : java(url, asked.body, asked.withKey);
    element<HTMLButtonElement>("copy-curl").disabled = asked === null;
    element<HTMLButtonElement>("copy-java").disabled = asked === null;
  }

  private costs(cost: Record<string, number> | null): void {
    const list = element("cost");
    const values = COSTS.map(([key, , digits]) => (cost?.[key] === undefined ? "–" : cost[key].toFixed(digits)));
    if (list.childElementCount === 0) {
      COSTS.forEach(([key, name]) => {
        const pair = document.createElement("div");
        const term = document.createElement("dt");
        term.textContent = name;
        const value = document.createElement("dd");
        value.dataset["cost"] = key;
        pair.append(term, value);
        list.append(pair);
      });
    }
    list.querySelectorAll("dd").forEach((value, i) => setText(value, values[i]!));
  }
}

function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** Browsers have a clipboard only for pages of https and of this machine; elsewhere the text is selected. */
async function copy(code: HTMLElement, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    button.textContent = "Copied";
  } catch {
    getSelection()?.selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), 1500);
}
