/** Which operations are still open, by the version that they began under. */
export class Epochs {
  readonly #open = new Map<number, number>();

  /** An operation begins under a version. What is given is called once, when it is over. */
  begin(epoch: number): () => void {
    const open = this.#open;
    open.set(epoch, (open.get(epoch) ?? 0) + 1);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const left = (open.get(epoch) ?? 1) - 1;
      if (left === 0) open.delete(epoch);
      else open.set(epoch, left);
    };
  }

  /** The version of the oldest that is open; null where none is. */
  get oldest(): number | null {
    return this.#open.size === 0 ? null : Math.min(...this.#open.keys());
  }
}
