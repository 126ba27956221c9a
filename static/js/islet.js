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

// "n new replies, show": asks now and then while the page is looked at, and moves nothing.
(() => {
  "use strict";
  const place = document.getElementById("news");
  if (!place || !window.fetch) return;
  let tag = "";
  let wait = 30000;

  const ask = async () => {
    if (document.visibilityState === "visible") {
      try {
        const headers = tag ? { "If-None-Match": tag } : {};
        const answer = await fetch(place.dataset.address, { headers, cache: "no-store" });
        if (answer.status === 404 || answer.redirected) return;
        if (answer.status === 200) {
          tag = answer.headers.get("ETag") || "";
          const found = await answer.json();
          place.replaceChildren();
          if (found.number) {
            const link = document.createElement("a");
            link.className = "button";
            link.href = found.address;
            link.textContent = found.words;
            place.append(link);
          }
        } else {
          wait = Math.min(wait * 1.5, 300000);
        }
      } catch {
        wait = Math.min(wait * 2, 300000);
      }
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, wait);
})();
