/** The editor: plain text in which a marker is shown as a numbered hole. */

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { java } from "@codemirror/lang-java";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension, Prec, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  WidgetType,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { type HoledText, holedText, marker, markersOf } from "./holes";

class HoleWidget extends WidgetType {
  constructor(
    private readonly number: number,
    private readonly tokens: number | null,
  ) {
    super();
  }

  override eq(other: HoleWidget): boolean {
    return other.number === this.number && other.tokens === this.tokens;
  }

  override toDOM(): HTMLElement {
    const chip = document.createElement("span");
    chip.className = "hole-chip";
    const number = document.createElement("b");
    number.textContent = String(this.number);
    chip.append(number, this.tokens === null ? "auto" : "░".repeat(Math.min(this.tokens, 12)));
    chip.setAttribute("role", "img");
    chip.setAttribute("aria-label", `hole ${this.number}, ${lengthInWords(this.tokens)}`);
    return chip;
  }
}

export function lengthInWords(tokens: number | null): string {
  return tokens === null ? "length found by the model" : tokens === 1 ? "1 token" : `${tokens} tokens`;
}

function chips(state: EditorState): DecorationSet {
  return Decoration.set(
    markersOf(state.doc.toString()).map(({ from, to, tokens }, i) =>
      Decoration.replace({ widget: new HoleWidget(i + 1, tokens) }).range(from, to),
    ),
  );
}

const holes = StateField.define<DecorationSet>({
  create: chips,
  update: (set, transaction) => (transaction.docChanged ? chips(transaction.state) : set),
  provide: (field) => [
    EditorView.decorations.from(field),
    EditorView.atomicRanges.of((view) => view.state.field(field)),
  ],
});

/** Text typed over a selection: a browser would keep its look by styles in the text, which the page's policy forbids. */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const typed = event.inputType === "insertText" && !event.isComposing && event.data !== null;
  if (!typed || view.state.selection.ranges.every((range) => range.empty)) {
    return false;
  }
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  return true;
}

export interface EditorEvents {
  changed(): void;
  fill(): void;
}

export class Editor {
  private readonly view: EditorView;

  constructor(parent: HTMLElement, text: string, nonce: string, events: EditorEvents) {
    const extensions: Extension[] = [
      EditorView.cspNonce.of(nonce),
      lineNumbers(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      EditorState.allowMultipleSelections.of(true),
      indentUnit.of("    "),
      bracketMatching(),
      java(),
      syntaxHighlighting(classHighlighter),
      holes,
      Prec.high(
        keymap.of([
          { key: "Mod-Enter", run: () => (events.fill(), true) },
          { key: "Alt-h", run: () => (this.makeHole(), true) },
        ]),
      ),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": "Text with holes", spellcheck: "false", tabindex: "0" }),
      EditorView.domEventHandlers({ beforeinput: typeOver }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged || update.selectionSet) {
          events.changed();
        }
      }),
    ];
    this.view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Can be undone. */
  replaceText(text: string): void {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      userEvent: "input",
    });
  }

  focus(): void {
    this.view.focus();
  }

  /** What would be filled now. */
  holed(): HoledText {
    const ranges = this.view.state.selection.ranges;
    const selected = ranges.filter((range) => !range.empty);
    return holedText(this.text, selected.length > 0 ? selected : [this.view.state.selection.main]);
  }

  /** Makes holes of what is selected, or one at the cursor. */
  makeHole(): void {
    const state = this.view.state;
    this.view.dispatch(
      state.replaceSelection(marker(null)),
      { userEvent: "input", scrollIntoView: true },
    );
    this.focus();
  }

  /** The lengths of the holes, in the order of the text. */
  lengths(): (number | null)[] {
    return markersOf(this.text).map(({ tokens }) => tokens);
  }

  setLength(hole: number, tokens: number | null): void {
    const place = markersOf(this.text)[hole];
    if (place !== undefined) {
      this.view.dispatch({ changes: { from: place.from, to: place.to, insert: marker(tokens) } });
    }
  }
}
