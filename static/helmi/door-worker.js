/* The service worker of one event's door. Without network it answers with the page as it was kept, on which no name
   stands, and with what that page is made of. self.DOOR is written before this file is read. */
(() => {
  "use strict";
  const { event: number, door, shell, assets, static: files } = self.DOOR;
  const OURS = `helmi-door-${number}`;
  const PATIENCE = 4000;

  /* A page that leads elsewhere, to the sign-in for instance, is not the page. */
  const fetched = (address) => fetch(address, { redirect: "error", cache: "no-cache" }).then((answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  });
  const keep = async (address) => (await caches.open(OURS)).put(address, await fetched(address));

  self.addEventListener("install", (event) => {
    event.waitUntil(Promise.all([shell, ...assets].map(keep)).then(() => self.skipWaiting()));
  });
  self.addEventListener("activate", (event) => { event.waitUntil(self.clients.claim()); });

  const inTime = (request) => new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("slow")), PATIENCE);
    fetch(request).then(resolve, reject);
  });
  const kept = async (address) => (await caches.open(OURS)).match(address, { ignoreSearch: true });

  async function page(event) {
    try {
      const answer = await inTime(event.request);
      if (answer.ok) event.waitUntil(keep(shell).catch(() => undefined));
      return answer;
    } catch {
      return (await kept(shell)) || Response.error();
    }
  }
  async function file(request) {
    try {
      return await inTime(request);
    } catch {
      return (await kept(request.url)) || Response.error();
    }
  }

  self.addEventListener("fetch", (event) => {
    const address = new URL(event.request.url);
    if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
    if (event.request.mode === "navigate" && address.pathname === door) event.respondWith(page(event));
    else if (address.pathname.startsWith(files)) event.respondWith(file(event.request));
  });
})();
