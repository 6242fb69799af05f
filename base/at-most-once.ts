/** A function that does its work at the first call, and nothing at those after it. */
export function atMostOnce(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
