import { isIP } from "node:net";

/** Scheme, host and port as browsers send them, and nothing more; `*` would let every page in. */
export const isOrigin = (text: string): boolean => {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && url.origin === text;
  } catch {
    return false;
  }
};

/** What `X-Forwarded-*` may be believed from: an address, a network, or a name for some of them. */
const PROXY = /^(loopback|linklocal|uniquelocal)$/;
export const isProxy = (text: string): boolean => {
  if (PROXY.test(text)) return true;
  const [address = "", bits, ...more] = text.split("/");
  const version = isIP(address);
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  return version > 0 && fits && more.length === 0;
};

/** Https, or plain http on this very machine. */
export const isIssuer = (text: string): boolean => {
  try {
    const { protocol, hostname, search, hash } = new URL(text);
    const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
    return (protocol === "https:" || (protocol === "http:" && local)) && search === "" && hash === "";
  } catch {
    return false;
  }
};

/** Who has this key has everything, and nobody counts how often it is guessed at by all the world together. */
export const ADMIN_KEY_TOO_SHORT =
  "expected at least 32 characters, as 'openssl rand -hex 32' makes them; unset, the platform makes one by itself";
