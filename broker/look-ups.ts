/**
 * Limits how many look-ups of names run at a time. Beyond that, they are refused at once rather than queued: a flood of
 * unknown names must neither occupy the database's connections nor grow a queue.
 * @param lookUp asks the database
 * @param atOnce how many may run
 * @returns the same, which rejects when there are too many already
 */
export function limitLookUps<T>(
  lookUp: (id: string) => Promise<T>,
  atOnce: number,
): (id: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  return (id) => {
    const same = running.get(id);
    if (same) return same;
    if (running.size >= atOnce) {
      return Promise.reject(new Error(`more than ${atOnce} names are being looked up`));
    }
    const answer = lookUp(id).finally(() => running.delete(id));
    running.set(id, answer);
    return answer;
  };
}
