import { Component, type ErrorInfo, type ReactNode } from "react";
import { ProblemView } from "../ui/problem-view.tsx";

/** In the address, so that a page which lacks a part after an upgrade is loaded anew once, and never in a loop. */
const RELOADED = "console-reloaded";
const RELOAD_AGAIN_MS = 60_000;

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
    return <ProblemView error={error} onAgain={() => this.setState({ error: undefined })} />;
  }
}
