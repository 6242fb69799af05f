/** One timer for a whole fleet: work that is due in the same slot is done in the same turn. */
export interface Wheel {
  /**
   * Does the work at `due` (milliseconds since 1970) or up to a slot later; call the returned function to cancel it.
   */
  at(due: number, work: () => void): () => void;
  stop(): void;
}

export interface WheelOptions {
  readonly slotMs?: number;
  readonly now?: () => number;
}

export function createWheel({ slotMs = 20, now = Date.now }: WheelOptions = {}): Wheel {
  const slots = new Map<number, Set<() => void>>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const turn = () => {
    const current = Math.floor(now() / slotMs);
    // All work that is due, also after the process slept. Few slots are taken at a time, however many speakers wait.
    const due = [...slots.keys()].filter((slot) => slot <= current).sort((a, b) => a - b);
    for (const slot of due) {
      const works = slots.get(slot)!;
      slots.delete(slot);
      for (const work of works) work();
    }
    if (slots.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };

  return {
    at(due, work) {
      if (isStopped) return () => undefined;
      // Never early: the slot that begins at or after it. Overdue work waits for the next turn.
      const slot = Math.ceil(due / slotMs);
      let works = slots.get(slot);
      if (!works) {
        works = new Set();
        slots.set(slot, works);
      }
      works.add(work);
      timer ??= setInterval(turn, slotMs);
      return () => {
        works.delete(work);
        if (works.size === 0 && slots.get(slot) === works) slots.delete(slot);
      };
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
      timer = undefined;
      slots.clear();
    },
  };
}
