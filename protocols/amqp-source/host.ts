/** The virtual host of a URL; without one, RabbitMQ's own is `/`. */
export function hostOf(url: string): string {
  const path = new URL(url).pathname.slice(1);
  return path === "" ? "/" : decodeURIComponent(path);
}

/** As whom a URL signs in. */
export const userOf = (url: string): string => decodeURIComponent(new URL(url).username);
