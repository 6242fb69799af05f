/** `Chrome · Windows`, as far as a user agent tells; undefined for what it does not tell. */
export function browserOf(userAgent: string | null): string | undefined {
  if (!userAgent) return undefined;
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1];
  const names: Readonly<Record<string, string>> = { Edg: "Edge", OPR: "Opera" };
  const system = /(Windows|Mac OS X|Android|iPhone|Linux|HarmonyOS)/.exec(userAgent)?.[1];
  if (!browser) return userAgent.slice(0, 40);
  return [names[browser] ?? browser, system].filter(Boolean).join(" · ");
}
