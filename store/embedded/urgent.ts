/** The application name of connections that the embedded database gives the next turn. */
export const URGENT_APPLICATION = "sbi-urgent";
