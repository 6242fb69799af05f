/**
 * What this browser keeps of whoever is signed in, and that it is gone when they sign out: in all tabs at once, and in
 * one that the browser had put away as soon as it comes back. A session that ends by itself leaves everything as it is.
 */

/** Names that begin so are the browser's, whoever sits before it; everything else is somebody's. */
const NOBODYS = "console-";
/** Changes with each sign-out at this browser. */
const MARK = `${NOBODYS}signed-out`;

const hearers = new Set<() => void>();
/** Calls `hearer` when somebody has signed out, in whatever tab. @returns the function that ends it */
export function onLeft(hearer: () => void): () => void {
  hearers.add(hearer);
  return () => hearers.delete(hearer);
}

/** Storage may be forbidden; then nothing is kept either. */
function ifAllowed(work: () => void): void {
  try {
    work();
  } catch {
    // As above.
  }
}

function emptyTab(mark: string): void {
  sessionStorage.clear();
  sessionStorage.setItem(MARK, mark);
}

/** Forgets what this tab keeps of somebody who has signed out since it was last looked at. */
export function forgetWhoLeft(): void {
  ifAllowed(() => {
    const mark = localStorage.getItem(MARK);
    if (mark === null || mark === sessionStorage.getItem(MARK)) return;
    emptyTab(mark);
    for (const hearer of hearers) hearer();
  });
}

/** Whoever was signed in is no longer: nothing of them stays, in any tab of this browser. */
export function leaveNothing(): void {
  ifAllowed(() => {
    const mark = `${Date.now()} ${Math.random()}`;
    for (const key of Object.keys(localStorage)) if (!key.startsWith(NOBODYS)) localStorage.removeItem(key);
    emptyTab(mark);
    // Tells the other tabs.
    localStorage.setItem(MARK, mark);
  });
  for (const hearer of hearers) hearer();
}

addEventListener("storage", ({ key }) => {
  if (key === MARK) forgetWhoLeft();
});
// A page that the browser had put away is told nothing while it is.
addEventListener("pageshow", forgetWhoLeft);
