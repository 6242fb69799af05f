import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { platformQuery } from "../api/platform.ts";
import { isApiError } from "../api/problem.ts";
import { signIn } from "../api/session.ts";
import { Banner } from "../ui/banner.tsx";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/field.tsx";
import { ProblemBanner } from "../ui/problem-view.tsx";
import { defineTexts, useTexts } from "../ui/texts.ts";
import styles from "./sign-in.module.css";

const texts = defineTexts(
  {
    user: "账号",
    password: "密码",
    code: "验证码",
    codeHint: "手机验证器上的六位数",
    signIn: "登录",
    provider: "用统一认证登录",
    insecure: "这条连接没有加密，同一网络里的人能看到密码。请让运维启用 HTTPS（设置 HTTP_TLS_CERT）。",
  },
  {
    user: "User",
    password: "Password",
    code: "Code",
    codeHint: "The six digits that your authenticator shows",
    signIn: "Sign in",
    provider: "Sign in by your organisation",
    insecure:
      "This connection is not encrypted: others on the network can see the password. Ask the operator for HTTPS (HTTP_TLS_CERT).",
  },
);

/** Over plain HTTP from another machine everybody on the way can read the password. */
const isInsecure = (): boolean => !isSecureContext;

/** Asks for name and password, and for the second factor where there is one. `onDone` after the platform said yes. */
export function SignInForm({ onDone, username }: { onDone: () => void; username?: string }) {
  const words = useTexts(texts);
  const platform = useQuery(platformQuery);
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const [wantsCode, setWantsCode] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    setBusy(true);
    setError(undefined);
    try {
      await signIn({
        username: text("username"),
        password: String(form.get("password")),
        code: text("code") || undefined,
      });
      onDone();
    } catch (problem) {
      if (isApiError(problem, "code_required")) setWantsCode(true);
      else setError(problem as Error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {isInsecure() && <Banner>{words.insecure}</Banner>}
      {error && <ProblemBanner error={error} />}
      <TextField
        label={words.user}
        name="username"
        autoComplete="username"
        required
        autoFocus={username === undefined}
        defaultValue={username}
        readOnly={username !== undefined}
      />
      <TextField
        label={words.password}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus={username !== undefined}
      />
      {wantsCode && (
        <TextField
          label={words.code}
          hint={words.codeHint}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="\d{6}"
          maxLength={6}
          required
          autoFocus
        />
      )}
      <Button type="submit" look="primary" wide busy={busy}>
        {words.signIn}
      </Button>
      {platform.data?.oidc && (
        <a
          className={styles.provider}
          href={`/v1/auth/oidc/start?returnTo=${encodeURIComponent("/console/")}`}
        >
          {words.provider}
        </a>
      )}
    </form>
  );
}
