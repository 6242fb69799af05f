import { isApiError } from "../../api/problem.ts";

/** Where a draft is not right, by the platform. Its words are English. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** The faults of a refused draft, with paths as in `missing`. */
export const faultsOfError = (error: unknown): readonly Fault[] => (isApiError(error) ? error.faults : []);
