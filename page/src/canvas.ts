/** The canvas: the text around the holes, masks, and the tokens that took their places. */

import { type Cell, type Epoch, type Recording, shown, type Commit } from "./recording";

const SHADES = 10;
/** What stands for a token that is no text, such as the end of an answer. */
const CONTROL = /^(<\|.*\|>)?$/;

interface ShownCell {
  element: HTMLElement;
  cell: Cell;
  commit: Commit | undefined;
  fresh: boolean;
}

interface ShownHole {
  element: HTMLElement;
  epoch: Epoch | undefined;
  cells: ShownCell[];
}

export class Canvas {
  private recording: Recording | null = null;
  private holes: ShownHole[] = [];

  constructor(private readonly root: HTMLElement) {}

  show(recording: Recording): void {
    this.recording = recording;
    this.root.replaceChildren();
    this.holes = [];
    recording.pieces.forEach((piece, i) => {
      if (i > 0) {
        const element = document.createElement("span");
        element.className = "hole";
        this.root.append(element);
        this.holes.push({ element, epoch: undefined, cells: [] });
        this.blank(i - 1);
      }
      this.root.append(piece);
    });
  }

  /** Shows how it was after so many frames; touches only what is different. */
  update(frame: number): void {
    const recording = this.recording;
    if (recording === null) {
      return;
    }
    this.holes.forEach((hole, i) => {
      const epoch = recording.at(i, frame);
      if (epoch !== hole.epoch) {
        hole.epoch = epoch;
        if (epoch === undefined) {
          this.blank(i);
        } else {
          hole.cells = epoch.cells.map((cell) => ({ element: slot(), cell, commit: undefined, fresh: false }));
          hole.element.replaceChildren(...hole.cells.map(({ element }) => element));
        }
      }
      hole.cells.forEach((cell, position) => {
        const commit = shown(cell.cell, frame);
        const fresh = commit !== undefined && commit.frame === frame;
        if (commit !== cell.commit) {
          cell.commit = commit;
          cell.fresh = fresh;
          draw(cell.element, commit, commit && this.inside(commit.text, i, position, hole.cells.length), fresh);
        } else if (fresh !== cell.fresh) {
          cell.fresh = fresh;
          (cell.element.firstChild as HTMLElement).classList.toggle("fresh", fresh);
        }
      });
    });
  }

  private inside(text: string, hole: number, position: number, length: number): string {
    const pieces = this.recording!.pieces;
    return withoutOutside(
      text,
      position === 0 ? pieces[hole]! : "",
      position === length - 1 ? pieces[hole + 1]! : "",
    );
  }

  /** A hole about whose positions nothing is known yet. */
  private blank(region: number): void {
    const hole = this.holes[region]!;
    const length = this.recording!.lengths[region];
    hole.cells = [];
    if (length === null || length === undefined) {
      const open = document.createElement("span");
      open.className = "cell open";
      open.textContent = "░ … ░";
      open.title = "its length is being found";
      hole.element.replaceChildren(open);
    } else {
      hole.element.replaceChildren(...Array.from({ length }, slot));
    }
  }
}

/** A place for a token: what can be seen of it, and the line ends and indentation that follow that. */
function slot(): HTMLElement {
  const element = document.createElement("span");
  const visible = document.createElement("span");
  element.append(visible, "");
  draw(element, undefined, undefined, false);
  return element;
}

function draw(slot: HTMLElement, commit: Commit | undefined, text: string | undefined, fresh: boolean): void {
  const visible = slot.firstChild as HTMLElement;
  const behind = slot.lastChild as Text;
  if (commit === undefined || text === undefined) {
    visible.className = "cell mask";
    visible.textContent = "░";
    visible.removeAttribute("title");
    delete visible.dataset["order"];
    behind.data = "";
    return;
  }
  const shade = Math.min(SHADES - 1, Math.floor(commit.probability * SHADES));
  const control = CONTROL.test(commit.text);
  const end = text.indexOf("\n");
  visible.className = `cell p${shade}${control ? " control" : ""}${fresh ? " fresh" : ""}`;
  visible.textContent = control ? "∎" : end < 0 ? text : text.slice(0, end) + "⏎";
  visible.title = `step ${commit.frame}, probability ${commit.probability.toFixed(3)}`;
  visible.dataset["order"] = String(commit.frame);
  behind.data = control || end < 0 ? "" : text.slice(end).replace(/\n(?=\n)/g, "\n⏎");
}

/**
 * A token's text as it is shown at the ends of a hole. The model writes the space around a hole anew, since tokens
 * begin with spaces and end with line ends: it is not shown twice.
 */
export function withoutOutside(text: string, before: string, after: string): string {
  let inside = text;
  if (/[ \t]$/.test(before)) {
    inside = inside.replace(/^[ \t]+/, "");
  }
  if (/^\s/.test(after)) {
    inside = inside.replace(/\s+$/, "");
  }
  return inside !== "" || text === "" ? inside : text.includes("\n") ? "⏎" : "␣";
}
