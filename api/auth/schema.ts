import { z } from "zod";

export const startQuery = z.strictObject({
  returnTo: z
    .string()
    .max(500)
    // One slash and no second one after it: `//other.example` would be another site.
    .regex(/^\/(?!\/)[\w.~!$&()*+,;=:@%/?#-]*$/, "expected a path of this platform, such as /docs")
    .default("/")
    .describe("A path of this platform where the browser goes when it is signed in."),
});
