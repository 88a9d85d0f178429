/** Server-sent events, as they come in pieces. */

/** One event. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** Reads a stream of events; comments are told, too, for they say that somebody is there. */
export class EventReader {
  readonly #decoder = new TextDecoder();
  readonly #most: number;
  #rest = "";
  #name = "";
  #data: string[] = [];
  #size = 0;
  /** How long the server wants clients to wait before they come back. */
  retryMs: number | null = null;

  /** @param most characters of an event or a line. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * The events of a piece of the stream; null stands for a comment, or for a block without data.
   *
   * @throws Error where an event is too large.
   */
  *read(bytes: Uint8Array): Generator<ServerEvent | null> {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    let from = 0;
    for (;;) {
      const end = this.#rest.slice(from).search(/[\r\n]/);
      if (end < 0) break;
      const at = from + end;
      // Whether a line feed follows is not known yet.
      if (this.#rest[at] === "\r" && at + 1 === this.#rest.length) break;
      const line = this.#rest.slice(from, at);
      from = at + (this.#rest.startsWith("\r\n", at) ? 2 : 1);
      const said = this.#line(line);
      if (said !== undefined) yield said;
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length + this.#size > this.#most) throw new Error(`an event is longer than ${this.#most} characters`);
  }

  #line(line: string): ServerEvent | null | undefined {
    if (line === "") {
      const event = this.#data.length === 0 ? null : { name: this.#name || "message", data: this.#data.join("\n") };
      const named = this.#name !== "";
      [this.#name, this.#data, this.#size] = ["", [], 0];
      return event === null && named ? undefined : event;
    }
    if (line.startsWith(":")) return null;
    const [, field = "", value = ""] = /^([^:]*):? ?([^]*)$/.exec(line) ?? [];
    if (field === "event") this.#name = value;
    if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length + 1;
    }
    return undefined;
  }
}
