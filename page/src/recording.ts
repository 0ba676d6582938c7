/** What happened on a canvas, step by step, so that any step can be shown again. */

/** A step as the server tells it. */
export interface Diffusion {
  step: number;
  commits: { position: number; token: number; text: string; probability: number }[];
  masks_left: number;
  regions?: { region: number; start: number; tokens: number }[];
}

/** A token that got its place. */
export interface Commit {
  /** How many frames there were with this one. */
  frame: number;
  text: string;
  probability: number;
}

/** What a position held in the course of time, the oldest first. */
export type Cell = Commit[];

/** The positions of a hole from one frame on. */
export interface Epoch {
  from: number;
  cells: Cell[];
}

/** What an answer was and what it took. */
export interface Outcome {
  texts: string[];
  finish: string;
  cost: Record<string, number>;
}

export class Recording {
  /** How many steps were told. */
  frames = 0;
  outcome: Outcome | null = null;
  private readonly epochs: Epoch[][];
  private places: { region: number; start: number; tokens: number }[] = [];

  /**
   * @param pieces the text before, between and behind the holes
   * @param lengths tokens of each hole; null: not known yet
   */
  constructor(
    readonly pieces: string[],
    readonly lengths: (number | null)[],
  ) {
    this.epochs = lengths.map(() => []);
  }

  add(step: Diffusion): void {
    this.frames++;
    if (step.regions !== undefined) {
      this.places = step.regions;
      for (const { region, tokens } of step.regions) {
        this.epochs[region]?.push({ from: this.frames, cells: Array.from({ length: tokens }, () => []) });
      }
    }
    for (const { position, text, probability } of step.commits) {
      const place = this.places.find(({ start, tokens }) => position >= start && position < start + tokens);
      if (place !== undefined) {
        this.epochs[place.region]?.at(-1)?.cells[position - place.start]?.push({ frame: this.frames, text, probability });
      }
    }
  }

  /** The positions of a hole after so many frames; undefined while nobody knows how many there are. */
  at(region: number, frame: number): Epoch | undefined {
    return this.epochs[region]?.findLast((epoch) => epoch.from <= Math.max(frame, 1));
  }

  /** Positions without a token after so many frames, in holes of known lengths. */
  masksLeft(frame: number): number {
    let masks = 0;
    this.lengths.forEach((length, region) => {
      const epoch = this.at(region, frame);
      masks += epoch === undefined ? (length ?? 0) : epoch.cells.filter((cell) => shown(cell, frame) === undefined).length;
    });
    return masks;
  }
}

/** What a position holds after so many frames. */
export function shown(cell: Cell, frame: number): Commit | undefined {
  return cell.findLast((commit) => commit.frame <= frame);
}
