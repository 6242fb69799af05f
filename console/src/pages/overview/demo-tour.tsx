import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { platformQuery } from "../../api/platform.ts";
import type { MeJson } from "../../api/session.ts";
import styles from "./overview.module.css";

const TourPanel = lazy(() => import("../tour/tour-panel.tsx"));

const KEY = "console-tour-dismissed";

function wasDismissed(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    // Storage may be forbidden: then it is shown each time.
    return false;
  }
}

/** On the demo alone, until somebody has had enough of it in this browser. */
export function DemoTour({ me }: { me: MeJson }) {
  const { data: platform } = useQuery(platformQuery);
  const [dismissed, setDismissed] = useState(wasDismissed);
  if (!platform?.demo || dismissed) return null;
  function dismiss() {
    try {
      localStorage.setItem(KEY, "1");
    } catch {
      // Then until the page is loaded again.
    }
    setDismissed(true);
  }
  return (
    <Suspense fallback={<div className={styles.tour} />}>
      <TourPanel me={me} onDismiss={dismiss} />
    </Suspense>
  );
}
