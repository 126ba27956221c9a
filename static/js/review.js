// The queue with a script: keeps the claim while somebody works, gives it back when they leave,
// and, for those who switched it on, lets single keys do things. Everything works without.
(() => {
  "use strict";
  const bench = document.getElementById("workbench");
  const act = (name) => document.querySelector(`[data-act="${name}"]`);

  // The claim ----------------------------------------------------------------------------------
  let sending = false;
  if (bench) {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    const lost = document.getElementById("claim-lost");
    let active = true;
    let renewing = false;
    const worked = () => { active = true; };
    for (const kind of ["keydown", "pointerdown", "scroll"]) {
      document.addEventListener(kind, worked, { passive: true });
    }
    const renew = async () => {
      // Who did nothing since the last time has gone: then the claim runs out.
      if (!active || sending || document.hidden) return;
      active = false;
      renewing = true;
      const body = new FormData();
      body.set("csrfmiddlewaretoken", token);
      try {
        const answer = await fetch(bench.dataset.renew, { method: "POST", body });
        if (answer.ok) bench.dataset.until = (await answer.json()).until;
        lost.hidden = answer.status !== 409;
      } catch {
        // No network: the claim may run out. The decision is checked by the server in any case.
      }
      renewing = false;
    };
    setInterval(renew, Number(bench.dataset.every) * 1000);
    document.addEventListener("submit", (event) => {
      if (sending) { event.preventDefault(); return; }
      sending = true;
    });
    window.addEventListener("pagehide", () => {
      if (sending) return;
      const body = new FormData();
      body.set("csrfmiddlewaretoken", token);
      // While it is being renewed nobody knows when it ends: then whatever this person has of it.
      if (!renewing) body.set("until", bench.dataset.until);
      navigator.sendBeacon(bench.dataset.release, body);
    });
  }

  // Keys ---------------------------------------------------------------------------------------
  const holder = document.querySelector("[data-keys]");
  if (!holder) return;
  const keys = Object.entries(JSON.parse(holder.dataset.keys));
  const form = document.getElementById("decide");
  const radio = (value) => form && form.querySelector(`input[name="kind"][value="${value}"]`);

  const pick = (value) => {
    const choice = radio(value);
    if (!choice) return;
    choice.click();
    choice.focus();
  };
  const send = () => {
    // Without a decision picked on this very page there is nothing to send.
    if (form && form.querySelector('input[name="kind"]:checked')) form.requestSubmit();
  };
  const clause = () => {
    const first = form && form.querySelector('[name="clause"]');
    if (!first) return;
    const fold = first.closest("details");
    if (fold) fold.open = true;
    (form.querySelector('[name="clause"]:checked') || first).focus();
  };
  const message = () => {
    const box = form && form.querySelector('[name="message"]');
    if (!box) return;
    const fold = box.closest("details");
    if (fold) fold.open = true;
    box.focus();
  };
  const does = { send, clause, message };

  const isTyping = (target) =>
    target.isContentEditable
    || target.matches('textarea, select, input:not([type="radio"], [type="checkbox"], [type="submit"])');

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (sending || isTyping(event.target)) return;
    const found = keys.find(([, key]) => key && key === event.key.toLowerCase());
    if (!found) return;
    const [name] = found;
    event.preventDefault();
    if (does[name]) does[name]();
    else if (act(name)) act(name).click();
    else pick(name);
  });
})();
