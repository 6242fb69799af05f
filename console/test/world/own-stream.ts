import type { Page } from "playwright-core";

/** A live stream of which a test says what it tells. */
export interface StreamHandle {
  send(text: string): Promise<void>;
}

interface OwnStreamWindow {
  ownStream: ReadableStreamDefaultController<Uint8Array> | undefined;
}

/** Runs in the page, before its own scripts: without a shared worker it hears the stream by itself, and this one. */
function replaceStream(): void {
  const own = window as unknown as OwnStreamWindow;
  Reflect.deleteProperty(window, "SharedWorker");
  const ask = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (new URL(url, location.href).pathname !== "/v1/stream") return ask(input, init);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own.ownStream = controller;
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
}

/** Gives a page, before it is opened, a stream of its own in place of the platform's. */
export async function giveStream(page: Page): Promise<StreamHandle> {
  await page.addInitScript(replaceStream);
  return {
    send: (text) =>
      page.evaluate((piece) => {
        const { ownStream } = window as unknown as OwnStreamWindow;
        ownStream?.enqueue(new TextEncoder().encode(piece));
      }, text),
  };
}
