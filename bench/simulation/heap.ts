/** A binary heap: the smallest first, and among equals the one that came first. */
export class Heap<T> {
  readonly #keys: number[] = [];
  readonly #order: number[] = [];
  readonly #values: T[] = [];
  #next = 0;

  get size(): number {
    return this.#keys.length;
  }

  get least(): number {
    return this.#keys[0] ?? Number.POSITIVE_INFINITY;
  }

  push(key: number, value: T): void {
    let at = this.#keys.length;
    const order = this.#next++;
    for (let up = (at - 1) >> 1; at > 0 && key < this.#keys[up]!; at = up, up = (at - 1) >> 1) this.#copy(up, at);
    this.#put(at, key, order, value);
  }

  pop(): T | undefined {
    const [first, key, order] = [this.#values[0], this.#keys.pop()!, this.#order.pop()!];
    const value = this.#values.pop() as T;
    const size = this.#keys.length;
    if (size === 0) return first;
    let at = 0;
    for (let down = 1; down < size; at = down, down = 2 * at + 1) {
      if (down + 1 < size && this.#isBefore(down + 1, this.#keys[down]!, this.#order[down]!)) down++;
      if (!this.#isBefore(down, key, order)) break;
      this.#copy(down, at);
    }
    this.#put(at, key, order, value);
    return first;
  }

  #isBefore(at: number, key: number, order: number): boolean {
    const other = this.#keys[at]!;
    return other < key || (other === key && this.#order[at]! < order);
  }

  #copy(from: number, to: number): void {
    this.#put(to, this.#keys[from]!, this.#order[from]!, this.#values[from]!);
  }

  #put(at: number, key: number, order: number, value: T): void {
    this.#keys[at] = key;
    this.#order[at] = order;
    this.#values[at] = value;
  }
}
