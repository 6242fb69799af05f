import { useQueryClient } from "@tanstack/react-query";
import { type MeJson, meQuery } from "../api/session.ts";
import { Dialog } from "../ui/dialog.tsx";
import { defineTexts, useTexts } from "../ui/texts.ts";
import { SignInForm } from "./sign-in.tsx";

const texts = defineTexts(
  { title: "登录已失效", about: "再登录一次即可继续，填写的内容还在。" },
  { title: "Your session has ended", about: "Sign in again to go on. What you have written is still here." },
);

/** Over the page, so that nothing typed is lost; the same person signs in. */
export default function SignInAgain({ me, onDone }: { me: MeJson; onDone: () => void }) {
  const words = useTexts(texts);
  const queries = useQueryClient();
  async function done() {
    // The new session has a token of its own, which changes must carry.
    await queries.invalidateQueries({ queryKey: ["session"] });
    await queries.invalidateQueries({ queryKey: meQuery.queryKey });
    onDone();
  }
  return (
    <Dialog open onClose={() => {}} title={words.title} about={words.about} actions={null}>
      <SignInForm username={me.id} onDone={() => void done()} />
    </Dialog>
  );
}
