/** What happened on a canvas, step by step, so that any step can be shown again. */

/** A place for a token; requests without regions have one hole and do not name it. */
interface Place {
  region?: number;
  position: number;
}

/** A step as the server tells it. */
export interface Diffusion {
  step: number;
  commits: (Place & { token: number; text: string; probability: number })[];
  /** Places that are masks again after it, those of its own commits among them. */
  revoked?: Place[];
  masks_left: number;
  /** Tokens of each hole; told at first and when they change, at the end of the hole. */
  lengths?: number[];
  /** The text of all holes so far, masks included. */
  text: string;
}

/** A token that got its place. */
export interface Commit {
  /** How many frames there were with this one. */
  frame: number;
  text: string;
  probability: number;
}

/** A token that lost its place. */
interface Loss {
  frame: number;
  text: null;
}

/** What a position held in the course of time, the oldest first. */
export type Cell = (Commit | Loss)[];

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
    step.lengths?.forEach((length, region) => {
      const before = this.epochs[region]?.at(-1)?.cells;
      if (before?.length !== length) {
        this.epochs[region]?.push({ from: this.frames, cells: Array.from({ length }, (_, i) => before?.[i] ?? []) });
      }
    });
    for (const { text, probability, ...place } of step.commits) {
      this.cell(place)?.push({ frame: this.frames, text, probability });
    }
    for (const place of step.revoked ?? []) {
      this.cell(place)?.push({ frame: this.frames, text: null });
    }
  }

  private cell({ region = 0, position }: Place): Cell | undefined {
    return this.epochs[region]?.at(-1)?.cells[position];
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
  const last = cell.findLast((event) => event.frame <= frame);
  return last === undefined || last.text === null ? undefined : last;
}
