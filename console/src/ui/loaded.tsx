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
  const words = useTexts(texts);
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
  return skeleton ?? <Skeleton lines={lines} label={words.loading} />;
}
