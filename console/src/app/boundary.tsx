import { Component, type ErrorInfo, type ReactNode, useEffect, useEffectEvent } from "react";
import { ProblemView } from "../ui/problem-view.tsx";

/** In the address, so that a page which lacks a part after an upgrade is loaded anew once, and never in a loop. */
const RELOADED = "console-reloaded";
const RELOAD_AGAIN_MS = 60_000;
/** So often a page at which nobody stands tries again what failed, and asks whether it could be loaded anew. */
const TRY_AGAIN_MS = 15_000;
const UNATTENDED_RELOAD_MS = 5 * 60_000;

/** True for a part of the page that could not be fetched: after an upgrade, its file has another name. */
const isMissingPart = (error: Error): boolean =>
  /dynamically imported module|importing a module script|Failed to fetch|error loading dynamically/i.test(
    error.message,
  );

/** Loads the page anew where that was not tried a moment ago. @returns whether it does */
function reloadOnce(): boolean {
  try {
    const last = Number(sessionStorage.getItem(RELOADED));
    if (Date.now() - last < RELOAD_AGAIN_MS) return false;
    sessionStorage.setItem(RELOADED, String(Date.now()));
  } catch {
    return false;
  }
  location.reload();
  return true;
}

interface Props {
  readonly children: ReactNode;
  /** A change of it tries again: another page was asked for. */
  readonly where: string;
  /** A screen at which nobody stands: what breaks is loaded anew after a while, once the platform answers. */
  readonly unattended?: boolean;
}

/** A page that breaks says so in its place; the rail and the stop button stay. */
export class Boundary extends Component<Props, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    if (isMissingPart(error) && reloadOnce()) return;
    console.error(error, info.componentStack);
  }

  override componentDidUpdate(previous: Props): void {
    if (previous.where !== this.props.where && this.state.error) this.setState({ error: undefined });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    if (this.props.unattended)
      return <TryAgain error={error} onAgain={() => void reloadWhenServed()} every={UNATTENDED_RELOAD_MS} />;
    return <ProblemView error={error} onAgain={() => this.setState({ error: undefined })} />;
  }
}

/** A page that is loaded anew while the platform is away shows the browser's own error, and stays there. */
async function reloadWhenServed(): Promise<void> {
  const answer = await fetch("/console/", { cache: "no-store" }).catch(() => undefined);
  if (answer?.ok) location.reload();
}

/** What is wrong, on a screen at which nobody stands: it tries again by itself. */
export function TryAgain({
  error,
  onAgain,
  every = TRY_AGAIN_MS,
}: {
  error: Error;
  onAgain: () => void;
  every?: number;
}) {
  const again = useEffectEvent(onAgain);
  useEffect(() => {
    const timer = setInterval(() => again(), every);
    return () => clearInterval(timer);
  }, [every]);
  return <ProblemView error={error} onAgain={onAgain} />;
}
