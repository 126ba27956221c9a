// Leave now: blank the page at once, then let the server end the session and send the browser away.
// Pressing Shift three times within two seconds, with no other key between, does the same.
(() => {
  "use strict";
  const form = document.getElementById("leave-now");
  if (!form) return;

  const blank = () => {
    document.title = "…";
    document.documentElement.hidden = true;
  };
  form.addEventListener("submit", blank);

  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = [];
  });
  document.addEventListener("pointerdown", () => { presses = []; });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    const now = Date.now();
    presses = presses.filter((time) => now - time < 2000);
    presses.push(now);
    if (presses.length < 3) return;
    presses = [];
    form.requestSubmit ? form.requestSubmit() : (blank(), form.submit());
  });

  // A page that comes back from the browser's memory was left: ask the server what may be seen now.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      document.documentElement.hidden = true;
      location.reload();
    }
  });
})();
