/** Where in a recording we are. Steps come faster than eyes follow: they are shown at a pace, and never far behind. */

const LEAST_FRAMES_PER_SECOND = 18;
const SECONDS_BEHIND = 0.7;

export class Player {
  playing = true;
  private position = 0;

  /** @param still whether motion is unwelcome: then the newest step is shown at once */
  constructor(private readonly still: boolean) {}

  get frame(): number {
    return Math.floor(this.position);
  }

  /** Goes on by that much time towards the newest frame. */
  advance(millis: number, newest: number): void {
    if (!this.playing) {
      return;
    }
    const rate = Math.max(LEAST_FRAMES_PER_SECOND, (newest - this.position) / SECONDS_BEHIND);
    this.position = this.still ? newest : Math.min(newest, this.position + (rate * millis) / 1000);
  }

  pause(): void {
    this.playing = false;
  }

  /** Goes on; from the beginning when it was at the end. */
  play(newest: number): void {
    if (this.frame >= newest) {
      this.position = 0;
    }
    this.playing = true;
  }

  seek(frame: number): void {
    this.playing = false;
    this.position = frame;
  }
}
