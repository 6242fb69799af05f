import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "../../ui/toast.tsx";

/** A step of an administrator: what it changed is read again, and it is said that it was done. */
export function useAccessStep<V, T>(
  step: (value: V) => Promise<T>,
  said: string,
  onDone?: (result: T) => void,
): UseMutationResult<T, Error, V> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: step,
    onSuccess: async (result) => {
      toast(said);
      await queries.invalidateQueries({ queryKey: ["access"] });
      onDone?.(result);
    },
  });
}
