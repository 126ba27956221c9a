{% load i18n static %}// What browsers keep of this site: the help page, for when there is no network. It keeps no other
// page, and what it keeps was fetched without cookies. Forms and what they send it leaves alone.
const NAME = "help-1"; // another number throws away what older scripts kept
const HELP = "{% filter escapejs %}{% url 'guides:offline' %}{% endfilter %}";
const LOOKS = "{% filter escapejs %}{% get_static_prefix %}{% endfilter %}";
const LEAVE = "{% filter escapejs %}{% url 'accounts:leave_now' %}{% endfilter %}";
const LEFT = "left"; // an empty cache of this name: somebody pressed "Leave now"
const FRESH = 600000; // milliseconds

const looks = (path) => path.startsWith(LOOKS) && /\.(css|svg)$/.test(path);
const kept = async (what) => (await caches.open(NAME)).match(what, { ignoreVary: true });

// The page and what it looks like, as they are now, in place of what was kept before.
const keep = async () => {
  const old = await kept(HELP);
  if (old && Math.abs(Date.now() - Date.parse(old.headers.get("Date"))) < FRESH) return;
  const page = await fetch(HELP, { credentials: "omit", cache: "no-cache" });
  if (!page.ok || page.redirected) return;
  const found = [...(await page.clone().text()).matchAll(/(?:href|src)="([^"#?]+)/g)];
  const files = new Set(found.map(([, path]) => path).filter(looks));
  const cache = await caches.open(NAME);
  await Promise.all([...files].map(async (path) => {
    const file = await fetch(path, { credentials: "omit" });
    if (file.ok) await cache.put(path, file);
  }));
  await cache.put(HELP, page);
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url);
    if (pathname !== HELP && !files.has(pathname)) await cache.delete(url);
  }
};

// "Leave now" without a network: the session ends before anything else is asked for. Where it
// worked at once, the answer took away the mark, and this script as well.
const leave = async () => {
  const answer = await fetch(LEAVE, { method: "POST" });
  if (!answer.ok) throw new Error(answer.status);
  await caches.delete(LEFT);
};

// The network first. Where it fails: help instead of the browser's own page.
const visit = async (event) => {
  try {
    const hasLeft = await caches.has(LEFT);
    if (hasLeft) await leave();
    // What the browser asked for meanwhile is of the session that has ended now.
    const answer = (!hasLeft && await event.preloadResponse) || await fetch(event.request);
    event.waitUntil(keep().catch(() => {}));
    return answer;
  } catch (problem) {
    const page = await kept(HELP);
    if (page) return page;
    throw problem;
  }
};
const look = async (request) => {
  try {
    return await fetch(request);
  } catch (problem) {
    const file = await kept(request);
    if (file) return file;
    throw problem;
  }
};

self.addEventListener("install", (event) => {
  self.skipWaiting();
  // What a page sends as it is left (a claim given back) would be lost on its way through here.
  const farewells = { condition: { requestMethod: "POST", requestMode: "no-cors" }, source: "network" };
  if (event.addRoutes) event.addRoutes(farewells).catch(() => {});
  event.waitUntil(keep().catch(() => {}));
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
    await self.clients.claim();
  })());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && pathname === LEAVE) event.waitUntil(caches.open(LEFT));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(visit(event));
  else if (looks(pathname)) event.respondWith(look(request));
});
{% if has_push %}
// Messages on devices. Whatever comes, it says that there is something new and no more.
self.addEventListener("push", (event) => {
  event.waitUntil(self.registration.showNotification(
    "{% filter escapejs %}{% blocktranslate %}Something new on {{ site_name }}{% endblocktranslate %}{% endfilter %}",
    { tag: "new" },
  ));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("{% filter escapejs %}{% url 'forum:notices' %}{% endfilter %}"));
});
// The browser takes another address for its messages: the site is told as by the page that switches
// them on, with the token of its form. Where nobody is signed in here any more, they end.
const CHOICES = "{% filter escapejs %}{% url 'forum:notice_choices' %}{% endfilter %}";
const ADD = "{% filter escapejs %}{% url 'forum:device_add' %}{% endfilter %}";
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const renew = async (given) => {
  const pushes = self.registration.pushManager;
  const page = !(await caches.has(LEFT)) && await fetch(CHOICES, { cache: "no-store" });
  if (page && !page.ok) throw new Error(page.status); // perhaps later; nothing is known of who is here
  const form = page && !page.redirected && (await page.text()).match(/<form id="push"[^]*?<\/form>/);
  if (!form) {
    const device = given || await pushes.getSubscription();
    if (device) await device.unsubscribe();
    return;
  }
  const [, key] = form[0].match(/ data-key="([^"]+)"/);
  const [, token] = form[0].match(/ name="csrfmiddlewaretoken" value="([^"]+)"/);
  const device = given
    || await pushes.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await fetch(ADD, {
    method: "POST",
    body: new URLSearchParams({
      csrfmiddlewaretoken: token,
      endpoint: device.endpoint,
      p256dh: text(device.getKey("p256dh")),
      auth: text(device.getKey("auth")),
      renewed: "1",
    }),
  });
};
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event.newSubscription));
});
// Who signs out is told nothing more here, also of what is on its way.
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "POST" || new URL(url).pathname !== "{% filter escapejs %}{% url 'account_logout' %}{% endfilter %}") return;
  event.waitUntil((async () => {
    for (const shown of await self.registration.getNotifications()) shown.close();
    const device = await self.registration.pushManager.getSubscription();
    if (device) await device.unsubscribe();
  })());
});
{% endif %}
