import { describe, expect, it } from "vitest";
import { withoutOutside } from "../src/canvas";
import { EventReader } from "../src/events";
import { filled, holedText, marker, markersOf, piecesOf } from "../src/holes";
import { Player } from "../src/player";
import { Recording, shown } from "../src/recording";
import { curl, java } from "../src/snippets";

describe("holes", () => {
  it("are markers with and without a length", () => {
    expect(markersOf(`a${marker(null)}b${marker(12)}c<|hole:0|>`).map(({ tokens }) => tokens)).toEqual([null, 12, null]);
  });

  it("leave the text, and take their answers", () => {
    const text = holedText("a<|hole|>b<|hole:3|>", []);
    expect(text).toEqual({
      prompt: "ab",
      regions: [
        { start: 1, end: 1, tokens: null },
        { start: 2, end: 2, tokens: 3 },
      ],
    });
    expect(piecesOf(text)).toEqual(["a", "b", ""]);
    expect(filled(text, ["1", "2"])).toBe("a1b2");
  });

  it("are selections where there is no marker", () => {
    const text = holedText("one two three", [
      { from: 8, to: 13 },
      { from: 0, to: 3 },
    ]);
    expect(filled(text, ["x", "y"])).toBe("x two y");
    expect(holedText("a<|hole|>b", [{ from: 0, to: 1 }]).regions).toHaveLength(1);
  });

  it("must not touch", () => {
    expect(() => holedText("<|hole|><|hole|>", [])).toThrow("Holes 1 and 2 touch");
  });
});

describe("events", () => {
  it("are whole however the network cuts them", () => {
    const text = ': hello\n\ndata: {"a":1}\n\nevent: error\ndata: {"b":2}\n\ndata: [DONE]\n\n';
    for (let size = 1; size < text.length; size++) {
      const reader = new EventReader();
      const events = [];
      for (let i = 0; i < text.length; i += size) {
        events.push(...reader.push(text.slice(i, i + size)));
      }
      expect(events).toEqual([
        { event: "message", data: '{"a":1}' },
        { event: "error", data: '{"b":2}' },
        { event: "message", data: "[DONE]" },
      ]);
    }
  });
});

describe("a recording", () => {
  const commit = (region: number, position: number, text: string) => ({ region, position, token: 1, text, probability: 0.5 });
  const texts = (recording: Recording, region: number, frame: number) =>
    recording.at(region, frame)!.cells.map((cell) => shown(cell, frame)?.text);

  it("knows every step again", () => {
    const recording = new Recording(["a", "b", "c"], [2, null]);
    expect(recording.masksLeft(0)).toBe(2);
    recording.add({ step: 0, commits: [commit(0, 1, "y")], masks_left: 2, lengths: [2, 1], text: "" });
    recording.add({ step: 1, commits: [commit(1, 0, "z"), commit(1, 1, "outside")], masks_left: 1, text: "" });
    expect([0, 1, 2].map((frame) => recording.masksLeft(frame))).toEqual([3, 2, 1]);
    expect(texts(recording, 0, 2)).toEqual([undefined, "y"]);
    expect(texts(recording, 1, 1)).toEqual([undefined]);
    expect(texts(recording, 1, 2)).toEqual(["z"]);
  });

  it("keeps what it has when a hole grows and is cut", () => {
    const recording = new Recording(["", ""], [null]);
    recording.add({ step: 0, commits: [commit(0, 0, "x")], masks_left: 0, lengths: [1], text: "" });
    recording.add({ step: 1, commits: [commit(0, 1, "y")], masks_left: 1, lengths: [3], text: "" });
    recording.add({ step: 2, commits: [], masks_left: 0, lengths: [2], text: "" });
    expect([1, 2, 3].map((frame) => texts(recording, 0, frame))).toEqual([["x"], ["x", "y", undefined], ["x", "y"]]);
    expect([1, 2, 3].map((frame) => recording.masksLeft(frame))).toEqual([0, 1, 0]);
  });

  it("has one hole where no region is named", () => {
    const recording = new Recording(["", ""], [null]);
    recording.add({ step: 0, commits: [{ position: 1, token: 1, text: "b", probability: 1 }], masks_left: 1, lengths: [2], text: "" });
    expect(texts(recording, 0, 1)).toEqual([undefined, "b"]);
  });

  it("goes on with what it has when more holes are told of", () => {
    const recording = new Recording(["", " ", ""], [1, null]);
    recording.add({ step: 0, commits: [commit(0, 0, "x")], masks_left: 0, lengths: [1], text: "" });
    recording.add({ step: 1, commits: [commit(1, 1, "y")], masks_left: 1, lengths: [1, 2], text: "" });
    expect(texts(recording, 0, 2)).toEqual(["x"]);
    expect(texts(recording, 1, 2)).toEqual([undefined, "y"]);
    expect(recording.at(1, 1)).toBeUndefined();
  });

  it("shows tokens that are taken back until then, and what comes after them", () => {
    const recording = new Recording(["", ""], [2]);
    recording.add({ step: 0, commits: [commit(0, 0, "x"), commit(0, 1, "never")], revoked: [{ region: 0, position: 1 }], masks_left: 1, lengths: [2], text: "" });
    recording.add({ step: 1, commits: [], revoked: [{ region: 0, position: 0 }], masks_left: 2, text: "" });
    recording.add({ step: 2, commits: [commit(0, 0, "y")], masks_left: 1, text: "" });
    expect([1, 2, 3].map((frame) => texts(recording, 0, frame))).toEqual([
      ["x", undefined],
      [undefined, undefined],
      ["y", undefined],
    ]);
    expect([1, 2, 3].map((frame) => recording.masksLeft(frame))).toEqual([1, 2, 1]);
  });
});

describe("the player", () => {
  it("is never far behind, stops when paused and begins again at the end", () => {
    const player = new Player(false);
    for (let i = 0; i < 60; i++) {
      player.advance(16.7, 1000);
    }
    expect(player.frame).toBeGreaterThan(600);
    player.pause();
    const frame = player.frame;
    player.advance(1000, 1000);
    expect(player.frame).toBe(frame);
    player.seek(1000);
    player.play(1000);
    expect(player.frame).toBe(0);
  });

  it("does not move where motion is unwelcome", () => {
    const player = new Player(true);
    player.advance(1, 70);
    expect(player.frame).toBe(70);
  });
});

describe("tokens at the ends of a hole", () => {
  it("do not show the space that is there already", () => {
    expect(withoutOutside(" this", "    ", "")).toBe("this");
    expect(withoutOutside(";\n    ", "", "\n}")).toBe(";");
    expect(withoutOutside(" x ", "=", ";")).toBe(" x ");
    expect(withoutOutside("\n\n", "", "\n")).toBe("⏎");
  });
});

describe("a request in print", () => {
  it("is quoted for the shell and for Java", () => {
    const body = { prompt: 'it\'s """ \\n' };
    expect(curl("http://h/v1", body, true)).toContain(`it'\\''s`);
    expect(curl("http://h/v1", body, true)).toContain("Bearer $API_KEY");
    expect(java("http://h/v1", body, false)).toContain('it\'s \\\\"\\\\"\\\\" \\\\\\\\n');
    expect(java("http://h/v1", body, false)).not.toContain("Authorization");
  });
});
