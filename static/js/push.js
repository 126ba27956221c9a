// How we tell you: switch messages on for this browser. Without this script nothing of it shows.
(() => {
  "use strict";
  const form = document.getElementById("push");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  form.hidden = false;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    const status = document.getElementById("push-status");
    try {
      if (await Notification.requestPermission() !== "granted") throw new Error("no");
      await navigator.serviceWorker.register(form.dataset.worker);
      const worker = await navigator.serviceWorker.ready;
      const device = await worker.pushManager.subscribe({
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
