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
