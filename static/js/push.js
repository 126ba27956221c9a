// How we tell you: switch messages on and off for this browser. Without this script the page says
// that they need one.
(() => {
  "use strict";
  const form = document.getElementById("push");
  if (!form || !("serviceWorker" in navigator)) return;
  if (!("PushManager" in window) || !("Notification" in window)) return;
  const status = document.getElementById("push-status");
  const here = document.querySelector("form[data-here]");
  status.textContent = "";

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const pushes = async () => {
    await navigator.serviceWorker.register(form.dataset.worker, { updateViaCache: "all" });
    return (await navigator.serviceWorker.ready).pushManager;
  };

  // Whether it is on. What only the browser knows of ends: it was switched off here or elsewhere, or
  // the site has another key.
  const compare = async () => {
    const device = await (await pushes()).getSubscription();
    if (!device) return false;
    const key = device.options.applicationServerKey;
    if (here && key && text(key) === form.dataset.key) return true;
    await device.unsubscribe();
    return false;
  };
  compare().catch(() => false).then((on) => { form.hidden = on; });

  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    status.textContent = "";
    try {
      if (await Notification.requestPermission() !== "granted") throw new Error("no");
      const device = await (await pushes()).subscribe({
        userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key),
      });
      form.elements.endpoint.value = device.endpoint;
      form.elements.p256dh.value = text(device.getKey("p256dh"));
      form.elements.auth.value = text(device.getKey("auth"));
      form.submit();
    } catch {
      status.textContent = form.dataset.failed;
    }
  });
})();
