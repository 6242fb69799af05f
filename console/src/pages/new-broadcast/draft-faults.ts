import { isApiError } from "../../api/problem.ts";

/** Where a draft is not right, by the platform. Its words are English. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** It is about what listeners take for unreal, or for real; other faults are of the form, such as the length. */
export const saysOfDrill = ({ message }: Fault): boolean =>
  /\breal\b|drill|exercise|training|test|演/i.test(message);

/** The faults of a refused draft, with paths as in `missing`. */
export const faultsOfError = (error: unknown): readonly Fault[] => (isApiError(error) ? error.faults : []);
