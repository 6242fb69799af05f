import type { ReactNode } from "react";
import { Skeleton } from "./empty.tsx";
import { ProblemBanner, ProblemView } from "./problem-view.tsx";
import { defineTexts, useTexts } from "./texts.ts";

const texts = defineTexts({ loading: "正在读取" }, { loading: "Loading" });

export interface LoadedProps<T> {
  readonly query: {
    readonly data: T | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly children: (data: T) => ReactNode;
  /** Lines of the skeleton, so that nothing jumps when the data come. */
  readonly lines?: number;
  readonly skeleton?: ReactNode;
}

/** The four states of what is asked of the platform: loading, failed, failed with older data, there. */
export function Loaded<T>({ query, children, lines = 4, skeleton }: LoadedProps<T>) {
  const again = () => void query.refetch();
  if (query.data !== undefined) {
    return (
      <>
        {query.error && <ProblemBanner error={query.error} onAgain={again} />}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <ProblemView error={query.error} onAgain={again} />;
  return skeleton ?? <Reading lines={lines} />;
}

/** In place of parts that are shown when all of them are known, so that none pushes another one away. */
export function Reading({ lines = 4 }: { lines?: number }) {
  const words = useTexts(texts);
  return <Skeleton lines={lines} label={words.loading} />;
}
