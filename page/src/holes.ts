/** Text with places to be filled, as it stands in the editor and as it goes to the server. */

/** Stands for a hole; with a number, that many tokens are wanted. The command line knows the first form. */
const MARKER = /<\|hole(?::(\d{1,4}))?\|>/g;

/** A marker in a text: where it stands, and its length; null: to be found. */
export interface Marker {
  from: number;
  to: number;
  tokens: number | null;
}

/** A range of a text that is written anew; both ends in UTF-16 units. */
export interface Region {
  start: number;
  end: number;
  tokens: number | null;
}

/** A text and what of it is to be written. */
export interface HoledText {
  prompt: string;
  regions: Region[];
}

export const MOST_TOKENS = 9999;

export function marker(tokens: number | null): string {
  return tokens === null ? "<|hole|>" : `<|hole:${tokens}|>`;
}

export function markersOf(text: string): Marker[] {
  return [...text.matchAll(MARKER)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    tokens: match[1] === undefined || Number(match[1]) === 0 ? null : Number(match[1]),
  }));
}

/**
 * What is to be filled: the markers; without any, what is selected, or the place of the cursor.
 *
 * @throws Error in a person's words, when two holes touch
 */
export function holedText(text: string, selected: { from: number; to: number }[]): HoledText {
  const markers = markersOf(text);
  if (markers.length === 0) {
    const regions = selected
      .map(({ from, to }) => ({ start: from, end: to, tokens: null }))
      .sort((a, b) => a.start - b.start);
    return checked({ prompt: text, regions });
  }
  let prompt = "";
  let end = 0;
  const regions: Region[] = [];
  for (const { from, to, tokens } of markers) {
    prompt += text.slice(end, from);
    regions.push({ start: prompt.length, end: prompt.length, tokens });
    end = to;
  }
  return checked({ prompt: prompt + text.slice(end), regions });
}

function checked(text: HoledText): HoledText {
  text.regions.forEach((region, i) => {
    const before = text.regions[i - 1];
    if (before !== undefined && region.start <= before.end) {
      throw new Error(`Holes ${i} and ${i + 1} touch: put text between them, or make one of them.`);
    }
  });
  return text;
}

/** What stands before, between and behind the regions. */
export function piecesOf({ prompt, regions }: HoledText): string[] {
  const pieces: string[] = [];
  let end = 0;
  for (const region of regions) {
    pieces.push(prompt.slice(end, region.start));
    end = region.end;
  }
  pieces.push(prompt.slice(end));
  return pieces;
}

/** The text with its holes filled. */
export function filled(text: HoledText, answers: string[]): string {
  return piecesOf(text)
    .map((piece, i) => piece + (answers[i] ?? ""))
    .join("");
}
