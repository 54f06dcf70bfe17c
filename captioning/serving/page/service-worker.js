// Keeps the page for use without a network. Small files are kept at once, the model and
// LiteRT when they are first asked for; all of another version is removed.

importScripts("app/files.js"); // self.SITE: the version, and the small files

const OURS = `captioning ${self.registration.scope} `; // one origin may have more pages
const KEPT = OURS + SITE.version;

self.addEventListener("install", (event) => {
  const keep = async () => {
    const requests = ["./", ...SITE.files].map(
      (name) => new Request(name, { cache: "no-cache" }),
    );
    await (await caches.open(KEPT)).addAll(requests);
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const begin = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(OURS) && name !== KEPT);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(begin());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isOurs = url.href.startsWith(self.registration.scope);
  if (event.request.method === "GET" && isOurs) {
    event.respondWith(answer(event, url));
  }
});

async function answer(event, url) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(event.request, { ignoreSearch: true });
  if (kept) return kept;
  const response = await fetch(event.request);
  const isOfPage = url.href.startsWith(`${self.registration.scope}app/`);
  if (response.status === 200 && isOfPage) {
    event.waitUntil(cache.put(event.request, response.clone()).catch(() => {})); // full
  }
  return response;
}
