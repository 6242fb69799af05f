/** The application name of connections that the embedded database gives the next turn. */
export const URGENT_APPLICATION = "sbi-urgent";

/** That of connections which let all others go first: what takes a second there, pages must not wait for one by one. */
export const PATIENT_APPLICATION = "sbi-patient";
